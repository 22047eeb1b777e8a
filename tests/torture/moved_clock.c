/* A wall clock that a test moves: seconds from a mapped file are added to what the machine says.

   Preloaded into processes of a torture home. Only the wall clock moves: the monotonic one, sleeps
   and timeouts do not, as when somebody sets a machine's clock. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile long long none = 0;
static volatile long long *moved = &none;

__attribute__((constructor)) static void map(void)
{
    const char *path = getenv("TORTURE_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *found = mmap(0, sizeof(long long), PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED)
        moved = found;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *at)
{
    static int (*machine)(clockid_t, struct timespec *);
    if (!machine)
        machine = dlsym(RTLD_NEXT, "clock_gettime");
    int failed = machine(clock, at);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        at->tv_sec += *moved;
    return failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now))
        return -1;
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}
