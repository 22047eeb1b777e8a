"""Processes that stay: scheduler, web server, all in one."""

from venturi.cli.table.args import DAEMON, OUTPUT, SUBDIR, VERBOSE, ignored
from venturi.cli.table.model import Command, flag, option, place

_M = "venturi.cli.commands.services:"

_SCHEDULER = (
    option("-n", "--num-runs", help="accepted for Airflow; see --run-duration", type=int),
    option("-r", "--run-duration", help="stop after this many seconds", type=float),
    ignored("-i", "--only-idle"),
    *DAEMON,
    ignored("-s", "--skip-serve-logs"),
    ignored("-p", "--do-pickle"),
    SUBDIR,
    option("-d", "--dag-id", "--dev", help="accepted for Airflow 1.x and 3", nargs="?"),
    VERBOSE,
)

_WEB = (
    option("-p", "--port", help="port to listen on", type=int),
    option("-H", "-hn", "--host", "--hostname", help="address to listen on"),
    option("-w", "--workers", help="processes that answer", type=int),
    option("-t", "--worker-timeout", help="seconds a request may take", type=int),
    option("-k", "--workerclass", help="accepted for Airflow; without effect here"),
    *DAEMON,
    option("-A", "--access-logfile", help="access log; `-` for standard output"),
    option("-E", "--error-logfile", help="error log; `-` for standard error"),
    option("-L", "--access-logformat", help="accepted for Airflow; without effect here"),
    option("--ssl-cert", help="certificate file: serve HTTPS"),
    option("--ssl-key", help="key file of the certificate"),
    option("--ssl-ca-file", help="certificates of who may connect"),
    option("--ssl-cert-reqs", help="whether clients need a certificate", type=int),
    option("--apps", help="accepted for Airflow 3: there is one application", default="all"),
    option("--log-config", help="accepted for Airflow; without effect here"),
    flag("--proxy-headers", help="trust X-Forwarded-* headers"),
    flag("-d", "--debug", "--dev", help="one process, errors in full", dest="debug"),
    VERBOSE,
)

_C = "venturi.cli.commands.control:"
_WORKER = flag("--worker", help="a Celery worker on this machine too")
_FOREGROUND = flag("--foreground", help="stay here and look after them, without background")
_TIMEOUT = option(
    "--timeout", help="seconds before what does not end is killed (default: by service)", type=float
)

COMMANDS = (
    Command(
        ("up",),
        "Start scheduler and web server, and start them again when they end",
        _C + "up",
        (_WORKER, _FOREGROUND, VERBOSE),
        more="Logs and pid files: airflow-<service>.log and .pid in AIRFLOW_HOME.",
    ),
    Command(
        ("down",),
        "Stop all services of this home, gracefully",
        _C + "down",
        (_TIMEOUT, VERBOSE),
    ),
    Command(
        ("restart",),
        "Stop all services and start them again",
        _C + "restart",
        (_WORKER, _FOREGROUND, _TIMEOUT, VERBOSE),
    ),
    Command(
        ("status",),
        "Show the services of this home; exit code 0 only when all is well",
        _C + "status",
        (OUTPUT, VERBOSE),
    ),
    Command(
        ("units",),
        "Print units for supervisord or systemd that run this installation",
        "venturi.cli.commands.units:units",
        (
            place("kind", "for which of them", choices=("supervisord", "systemd")),
            _WORKER,
            option("--user", help="who runs the services (default: you)"),
            VERBOSE,
        ),
    ),
    Command(
        ("standalone",),
        "Run everything in one go: database, scheduler, web server",
        _M + "standalone",
        (VERBOSE,),
    ),
    Command(("scheduler",), "Start the scheduler", _M + "scheduler", _SCHEDULER),
    Command(
        ("api-server",),
        "Start the web server: REST API and pages",
        _M + "api_server",
        _WEB,
        old=("webserver",),
    ),
    Command(
        ("dag-processor",),
        "Part of the scheduler here: waits until it is stopped",
        _M + "dag_processor",
        (
            *DAEMON,
            SUBDIR,
            option("-B", "--bundle-name", help="accepted for Airflow 3"),
            option("-n", "--num-runs", help="accepted for Airflow", type=int),
            ignored("-p", "--do-pickle"),
            ignored("-d", "--dev"),
            VERBOSE,
        ),
        hidden=True,
    ),
    Command(
        ("triggerer",),
        "Part of the scheduler here: waits until it is stopped",
        _M + "triggerer",
        (
            *DAEMON,
            option("--capacity", help="accepted for Airflow", type=int),
            option("--queues", help="accepted for Airflow"),
            option("--team-name", help="accepted for Airflow"),
            ignored("-s", "--skip-serve-logs"),
            ignored("-d", "--dev"),
            VERBOSE,
        ),
        hidden=True,
    ),
)
