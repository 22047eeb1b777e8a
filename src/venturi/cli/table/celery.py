"""Workers behind a message broker, and what can be asked of them."""

from venturi.cli.table.args import DAEMON, OUTPUT, VERBOSE, YES, ignored
from venturi.cli.table.model import Command, flag, option

_M = "venturi.cli.commands.celery:"

_QUEUES = option("-q", "--queues", help="queues to serve, separated by commas", required=True)
_NAME = option(
    "-H",
    "-cn",
    "--celery-hostname",
    help="name of the worker (default: celery@host); it needs one where several share a home",
)
_WHICH = _NAME._replace(help="name of the worker, as list-workers shows it", required=True)
_UMASK = option("-u", "--umask", help="file mode mask of a worker in the background, octal")

COMMANDS = (
    Command(
        ("celery", "worker"),
        "Run tasks of the CeleryExecutor on this machine; the broker is all that it needs",
        _M + "worker",
        (
            _QUEUES._replace(required=False),
            option("-c", "--concurrency", help="tasks at the same time", type=int),
            _NAME,
            option("-a", "--autoscale", help="most and fewest places", metavar="MAX,MIN"),
            *DAEMON,
            _UMASK,
            option("--loglevel", help="how much Celery tells", default="INFO"),
            flag("--without-mingle", help="do not greet other workers at the start"),
            flag("--without-gossip", help="do not listen to other workers"),
            ignored("-s", "--skip-serve-logs"),
            ignored("-p", "--do-pickle"),
            VERBOSE,
        ),
        old=("worker",),
        more="SIGTERM lets the running tasks end; a second one, or SIGQUIT, does not.",
    ),
    Command(
        ("celery", "stop"),
        "Stop the worker of this home; it finishes what it runs",
        _M + "stop",
        (option("--pid", help="pid file of the worker", metavar="FILE"), VERBOSE),
    ),
    Command(
        ("celery", "list-workers"),
        "List workers and queues",
        _M + "list_workers",
        (OUTPUT, VERBOSE),
    ),
    Command(
        ("celery", "shutdown-worker"), "Stop one worker", _M + "shutdown_worker", (_WHICH, VERBOSE)
    ),
    Command(
        ("celery", "shutdown-all-workers"), "Stop all workers", _M + "shutdown_all", (YES, VERBOSE)
    ),
    Command(
        ("celery", "add-queue"),
        "Have a worker serve more queues",
        _M + "add_queue",
        (_QUEUES, _WHICH, VERBOSE),
    ),
    Command(
        ("celery", "remove-queue"),
        "Have a worker serve fewer queues",
        _M + "remove_queue",
        (_QUEUES, _WHICH, VERBOSE),
    ),
    Command(
        ("celery", "remove-all-queues"),
        "Have a worker serve no queue any more",
        _M + "remove_all_queues",
        (_WHICH, VERBOSE),
    ),
    Command(
        ("celery", "flower"),
        "Start Flower, Celery's own monitor, where it is installed",
        _M + "flower",
        (
            option("-H", "-hn", "--hostname", help="address to listen on"),
            option("-p", "--port", help="port to listen on", type=int),
            option("-c", "-fc", "--flower-conf", help="configuration file of Flower"),
            option("-u", "--url-prefix", help="path behind a proxy"),
            option("-A", "--basic-auth", help="name:password, several separated by commas"),
            option("-a", "--broker-api", help="URL of RabbitMQ's management API"),
            *DAEMON,
            VERBOSE,
        ),
        old=("flower",),
    ),
)
