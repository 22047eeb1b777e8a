"""Arguments that many commands have."""

from venturi.cli.table.model import Arg, flag, option, place

DAG_ID = place("dag_id", "id of the DAG")
TASK_ID = place("task_id", "id of the task")
RUN = place(
    "logical_date_or_run_id",
    "id of the run, or its logical (execution) date",
    metavar="logical_date|run_id",
)
OPTIONAL_RUN = RUN._replace(nargs="?")
MAP_INDEX = option("--map-index", help="which instance of a mapped task", type=int, default=-1)
REGEX = flag(
    "--treat-dag-id-as-regex",
    "--treat-dag-as-regex",
    help="the DAG id is a regular expression: all DAGs it matches",
)
YES = flag("-y", "--yes", help="do not ask for confirmation")
VERBOSE = flag("-v", "--verbose", help="say more")
OUTPUT = option(
    "-o",
    "--output",
    help="how to print it (default: table)",
    choices=("table", "json", "yaml", "plain"),
    default="table",
)
SUBDIR = option(
    "-S",
    "-sd",
    "--subdir",
    help="file or folder to look for the DAG in, instead of the DAG folder",
    metavar="PATH",
)
BUNDLE = option("-B", "--bundle-name", help="accepted for Airflow 3: there is one DAG folder")
CONF = option("-c", "--conf", help="values for the run, a JSON object", metavar="JSON")
START = option("-s", "--start-date", help="from this logical date on", metavar="DATE")
END = option("-e", "--end-date", help="up to this logical date", metavar="DATE")

LIST = (OUTPUT, VERBOSE)
#: where a DAG is looked for, in the spellings of all lines
WHERE = (SUBDIR, BUNDLE)

DAEMON = (
    flag("-D", "--daemon", help="go to the background"),
    option("--pid", help="pid file (default: in AIRFLOW_HOME)", metavar="FILE"),
    option("--stdout", help="standard output of the background process", metavar="FILE"),
    option("--stderr", help="standard error of the background process", metavar="FILE"),
    option("-l", "--log-file", help="log of the background process", metavar="FILE"),
)


def ignored(*flags: str, value: bool = False) -> Arg:
    """An option of Airflow that has no meaning here, accepted so that scripts go on working."""
    words = "accepted for Airflow; without effect here"
    return option(*flags, help=words) if value else flag(*flags, help=words)
