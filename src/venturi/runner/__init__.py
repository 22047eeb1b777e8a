"""The only room that runs user code: DAG files, tasks, callbacks, custom timetables.

One *runner* process per machine serves the scheduler over a Unix socket. It forks a *host* per DAG
file, which imports the file once and stays as its template; each attempt is a fork of the host (or,
for a file whose import looked at the outside world, of the bare base). A task process talks to the
runner over a socket pair and writes its log into a pipe that the runner reads.

(what is said is in core: with the scheduler in messages, with hosts and tasks in host_messages)
wire        length-prefixed msgpack over a socket, with passing of file descriptors
daemon      the runner process: accepts attempts once, routes words, keeps what is not acknowledged
hosts       which hosts there are, what they loaded, when they go
reactor     one thread's sources of events
host_row    a host as the runner sees it
workshop    all work: accepted once, given a child, heard, reported
work        one piece of it
host        the host process: imports, reports, forks, waits for its children
loading     importing a file within its limits
local_code  plugins and policies of the installation
preload     what is imported once for all, and a rehearsal
watch       what an import looked at: modules, files, clock, environment, network
logfiles    the single point where log bytes are masked, bounded and written
task        the task process: one attempt from start to result
inprocess   the same without processes: `dag.test()`, `airflow tasks test`
journal     results that nobody could take yet
begun       which attempts may have begun, on disk before each is let go
leasehold   a runner's signs of life, and the lease that some runners live on
forking     children that cannot outlive their parent
importing   a DAG file, by whatever name and place it has
plain_source  files whose source shows that they ask nothing that changes
warm        templates compiled before forking, so that no attempt has to
attempt     one attempt, from its DAG to its result, in whatever process this is
limits      what ends a task from outside: its time limit, and SIGTERM
endings     how an attempt ends: exceptions and returned values as a result
endings_words  how a process ended, in words
failure     an exception as people want to read it
retrying    what a task's retry policy says to a failure
tasklog     logging inside a task process
rendered    what template fields were rendered to
asking      answers of the engine, as the asking side sees them
callbacks   callbacks about a task or a run, in a process of their own
late        calls about what was not done in time
letters     the letter about a task that failed or is tried again
listening   what listeners of plugins hear
inline_trigger  deferral: the task waits for its trigger in its own process
consulting  questions to timetables: each gets a child
timetable   an author's own timetable, asked for the next run
asides      questions that only user code can answer, in a process of their own
sql         one SQL statement of a person, in a process that can be killed
memory      an engine in memory, for runs without processes
trial       a run in this process, decided by the engine's own rules
"""
