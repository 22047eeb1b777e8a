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
"""
