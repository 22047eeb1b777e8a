"""The web server's processes: a master that holds the socket, workers that answer.

The master imports the application, opens the socket, forks workers and then sleeps in
`sigwaitinfo` until a signal says that something happened. It restarts a worker that died, all of
them on SIGHUP, and takes them with it on SIGTERM and SIGINT.
"""

import argparse
import contextlib
import gc
import os
import select
import signal
import socket
import stat
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import setproctitle

from venturi.api.auth.way import sign_in
from venturi.api.guard import check_address
from venturi.api.reload import start_again_on_change, watched
from venturi.api.settings import Serving, serving
from venturi.config import Config, get_config
from venturi.config.paths import run_dir
from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import VenturiError

if TYPE_CHECKING:
    from starlette.applications import Starlette

_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP, signal.SIGCHLD})
_STOP = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGQUIT})

#: A worker that lived shorter than this many seconds is started again only after a pause.
_SHORT_LIFE = 5.0
_PAUSE = 1.0
#: Seconds that workers may take to end their answers before they are killed.
_STOPPING = 5.0

MASTER_TITLE = "airflow-webserver [master]"
WORKER_TITLE = "airflow-webserver [worker]"
#: Scripts that stop the web server look for its master, also when it is the only process.
ALONE_TITLE = "airflow-webserver [master, alone]"


class CannotServe(VenturiError):
    """The web server cannot start: its address is taken or cannot be used."""


def serve(args: argparse.Namespace | None = None) -> int:
    """Serve as configured until stopped; the exit code.

    `args` may have what `airflow api-server` takes: host, port, workers, worker_timeout, ssl_cert,
    ssl_key, ssl_ca_file, ssl_cert_reqs, access_logfile, error_logfile, proxy_headers, debug; and
    `alone` for one process without a master that ends when its standard input, a pipe, does.
    Raises `VenturiError` when it cannot start.
    """
    conf = get_config()
    settings = serving(conf, args)
    clock = SystemClock()
    way = sign_in(conf)
    check_address(settings.host, conf, way)
    check_certificate(settings)
    if way.required:
        _first_users(conf, clock)
    with listen(settings) as listener:
        # Loaded here so that the workers share its memory and start at once.
        from venturi.api.app import create_app
        from venturi.store.open import open_store

        def make_app() -> "Starlette":
            proxy = settings.proxy_headers
            return create_app(open_store(), conf, clock, run_dir(), behind_proxy=proxy)

        if settings.debug:
            start_again_on_change(watched(conf), say)
        if settings.alone:
            return alone(settings, listener, make_app)
        return Master(settings, listener, make_app, clock).run()


def check_certificate(settings: Serving) -> None:
    """Raise `CannotServe` where the certificate and its key cannot be used."""
    if settings.certificate is None:
        return
    import ssl

    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.certificate, settings.key)
        if settings.client_certificates is not None:
            context.load_verify_locations(settings.client_certificates)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        raise CannotServe(
            f"The certificate {settings.certificate} with the key {settings.key} cannot be used: "
            f"{getattr(error, 'reason', None) or error}."
        ) from error


def _first_users(conf: Config, clock: Clock) -> None:
    """Make who can sign in, where nobody can, and tell their passwords."""
    from venturi.api.auth.first import make_first_users
    from venturi.store.open import open_store

    store = open_store()
    try:
        for user in make_first_users(store, conf, clock.now()):
            say(str(user))
    finally:
        store.close()


def alone(settings: Serving, listener: socket.socket, make_app: Callable[[], "Starlette"]) -> int:
    """Answer in this process, without a master; the exit code.

    With `ends_with_stdin`, it ends with the process that holds the other end of that pipe.
    """
    from venturi.api.worker import answer

    setproctitle.setproctitle(ALONE_TITLE)
    piped = settings.ends_with_stdin and stat.S_ISFIFO(os.fstat(0).st_mode)
    parent = 0 if piped else None
    return answer(make_app, listener, settings, lambda: say(address(settings, listener)), parent)


def address(settings: Serving, listener: socket.socket) -> str:
    """The sentence that says where the server listens."""
    host, port = listener.getsockname()[:2]
    name = f"[{host}]" if ":" in host else host
    return f"The web server listens at {settings.scheme}://{name}:{port}"


def listen(settings: Serving) -> socket.socket:
    """A listening socket. Raises `CannotServe` with one sentence when there can be none."""
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, kind, protocol, _, address = found[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotServe(f"{settings.host!r} is no address to listen on: {error}.") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise CannotServe(
            f"The web server cannot listen on {settings.host} port {settings.port}: "
            f"{(error.strerror or str(error)).lower()}. Stop what uses it, or choose another port: "
            f"airflow webserver -p {settings.port + 1 if settings.port < 65535 else 8081}"
        ) from error
    # An accepted connection is one worker's; the socket itself is everybody's.
    listener.setblocking(False)
    return listener


class Master:
    """The process that holds the socket and looks after the workers."""

    def __init__(
        self,
        settings: Serving,
        listener: socket.socket,
        make_app: Callable[[], "Starlette"],
        clock: Clock,
    ) -> None:
        self.settings = settings
        self.listener = listener
        self.make_app = make_app
        self.clock = clock
        #: process id -> when it was started
        self.workers: dict[int, float] = {}
        self._alive = os.pipe()

    def run(self) -> int:
        """Look after the workers until told to stop; the exit code."""
        import venturi.api.worker  # noqa: F401 - loaded once, for all workers

        setproctitle.setproctitle(MASTER_TITLE)
        # What is loaded now is the workers' too; a collector that looks at it would copy it.
        gc.collect()
        gc.freeze()
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        try:
            for _ in range(self.settings.workers):
                if not self._add():
                    self._stop_all()
                    say("The web server could not start; its error log says why.")
                    return 1
            say(address(self.settings, self.listener))
            return self._look_after()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _start(self) -> tuple[int, int]:
        """Fork a worker: its process id, and a pipe that says when it is ready."""
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            from venturi.api.worker import work

            os.close(reading)
            os.close(self._alive[1])
            setproctitle.setproctitle(WORKER_TITLE)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            work(
                self.make_app,
                self.listener,
                self.settings,
                lambda: _tell(writing),
                self._alive[0],
            )
        os.close(writing)
        self.workers[pid] = self.clock.monotonic()
        return pid, reading

    def _add(self) -> bool:
        """Start a worker and wait for its word; False when it ended or took too long."""
        pid, reading = self._start()
        try:
            found, _, _ = select.select([reading], [], [], self.settings.patience)
            if found and os.read(reading, 1) == b"+":
                return True
        finally:
            os.close(reading)
        del self.workers[pid]
        _send(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return False

    def _look_after(self) -> int:
        while True:
            number = signal.sigwaitinfo(_SIGNALS).si_signo
            if number in _STOP:
                self._stop_all()
                return 0
            if number == signal.SIGHUP:
                self._replace_all()
            self._restart(self._reap())

    def _reap(self) -> list[float]:
        """Take note of ended workers: how long each lived."""
        lives = []
        for pid in list(self.workers):
            done, _ = os.waitpid(pid, os.WNOHANG)
            if done:
                lives.append(self.clock.monotonic() - self.workers.pop(pid))
        return lives

    def _restart(self, lives: list[float]) -> None:
        for life in lives:
            say(f"A worker of the web server ended after {life:.0f} s; another starts.")
            added = life >= _SHORT_LIFE and self._add()
            while not added:
                if self._told_to_stop_within(_PAUSE):
                    os.kill(os.getpid(), signal.SIGTERM)  # seen by the loop
                    return
                added = self._add()

    def _told_to_stop_within(self, seconds: float) -> bool:
        return signal.sigtimedwait(_STOP, seconds) is not None

    def _replace_all(self) -> None:
        """Put a new worker in the place of each, after which it ends what it does."""
        for pid in list(self.workers):
            if not self._add():
                say("A new worker of the web server could not start; the old ones go on.")
                return
            _send(pid, signal.SIGTERM)
            del self.workers[pid]
            self._await(pid, self.clock.monotonic() + _STOPPING)

    def _stop_all(self) -> None:
        for pid in self.workers:
            _send(pid, signal.SIGTERM)
        deadline = self.clock.monotonic() + _STOPPING
        for pid in list(self.workers):
            self._await(pid, deadline)
            del self.workers[pid]

    def _await(self, pid: int, deadline: float) -> None:
        """Wait for a worker to end; one that takes too long is killed."""
        while True:
            done, _ = os.waitpid(pid, os.WNOHANG)
            left = deadline - self.clock.monotonic()
            if done:
                return
            if left <= 0:
                _send(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
                return
            signal.sigtimedwait({signal.SIGCHLD}, left)


def _tell(writing: int) -> None:
    """Say that a worker is ready."""
    os.write(writing, b"+")
    os.close(writing)


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def say(sentence: str) -> None:
    """Tell whoever looks at the terminal, or at the file it goes to."""
    with contextlib.suppress(OSError):  # nobody looks any more: no reason to stop serving
        sys.stdout.write(sentence + "\n")
        sys.stdout.flush()
