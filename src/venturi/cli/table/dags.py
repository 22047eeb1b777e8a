"""DAGs and their runs."""

from venturi.cli.table.args import (
    CONF,
    DAG_ID,
    END,
    LIST,
    OUTPUT,
    REGEX,
    START,
    SUBDIR,
    VERBOSE,
    WHERE,
    YES,
    ignored,
)
from venturi.cli.table.model import Arg, Command, flag, option, place

_M = "venturi.cli.commands.dags:"
_R = "venturi.cli.commands.runs:"
_T = "venturi.cli.commands.testing:"

_LOCAL = flag("-l", "--local", help="read the DAG files now instead of asking the database")
_PAUSE = (DAG_ID, REGEX, YES, *WHERE, *LIST)

COMMANDS = (
    Command(
        ("dags", "list"),
        "List the DAGs",
        _M + "list_dags",
        (
            *WHERE,
            _LOCAL,
            option("--columns", help="which columns, comma-separated", metavar="NAMES"),
            flag("-r", "--report", help="show how the files were read instead"),
            *LIST,
        ),
        old=("list_dags",),
    ),
    Command(
        ("dags", "list-import-errors"),
        "List the files that could not be read, with the reason",
        _M + "list_import_errors",
        (*WHERE, _LOCAL, *LIST),
    ),
    Command(("dags", "report"), "Show how the files were read", _M + "report", (*WHERE, *LIST)),
    Command(("dags", "details"), "Show all about a DAG", _M + "details", (DAG_ID, *WHERE, *LIST)),
    Command(
        ("dags", "show"),
        "Show the tasks of a DAG and how they depend on each other",
        _M + "show",
        (
            DAG_ID,
            *WHERE,
            option("-s", "--save", help="write the graph to this .dot file", metavar="FILE"),
            ignored("--imgcat"),
            VERBOSE,
        ),
        old=("show_dag",),
    ),
    Command(
        ("dags", "next-execution"),
        "Show when a DAG is due",
        _M + "next_execution",
        (
            DAG_ID,
            option("-n", "--num-executions", help="how many", type=int, default=1),
            flag("--table", help="as a table of all dates"),
            option("--field", help="which date to print", default="logical_date"),
            *WHERE,
            *LIST,
        ),
        old=("next_execution",),
    ),
    Command(("dags", "pause"), "Pause a DAG", _M + "pause", _PAUSE, old=("pause",)),
    Command(("dags", "unpause"), "Let a paused DAG run", _M + "unpause", _PAUSE, old=("unpause",)),
    Command(
        ("dags", "trigger"),
        "Start a run of a DAG now",
        _R + "trigger",
        (
            DAG_ID,
            option("-r", "--run-id", help="id of the run (default: made from the date)"),
            CONF,
            option(
                "-l",
                "-e",
                "--logical-date",
                "--exec-date",
                "--execution-date",
                help="logical date of the run (default: now)",
                metavar="DATE",
            ),
            option("--note", help="a remark to keep with the run"),
            ignored("--no-replace-microseconds"),
            *WHERE,
            *LIST,
        ),
        old=("trigger_dag",),
    ),
    Command(
        ("dags", "replay"),
        "Run a run once more, from any task on, and leave its record as it is",
        _R + "replay",
        (
            DAG_ID,
            place(
                "logical_date_or_run_id",
                "id of the run, or its logical (execution) date",
                metavar="logical_date|run_id",
            ),
            Arg(
                ("-f", "--from"),
                "begin with this task (may be given several times; default: all run)",
                dest="from_tasks",
                action="append",
                default=None,
                metavar="TASK",
            ),
            flag("--latest-code", help="run the newest code instead of that of the run"),
            CONF._replace(help="values for the run, a JSON object (default: as it had)"),
            OUTPUT,
            VERBOSE,
        ),
        more="The tasks before it are taken over with their results, but for what failed: that "
        "runs again. The new run has the same dates.",
    ),
    Command(
        ("dags", "list-runs"),
        "List the runs of a DAG",
        _R + "list_runs",
        (
            DAG_ID._replace(nargs="?"),
            option("-d", "--dag-id", help="the same, as an option", dest="dag_id_option"),
            flag("--no-backfill", help="leave backfill runs out"),
            option("--state", help="only runs in this state"),
            START,
            END,
            option("--limit", help="at most this many, newest first", type=int),
            *WHERE,
            *LIST,
        ),
        old=("list_dag_runs",),
    ),
    Command(
        ("dags", "list-jobs"),
        "List the processes that the engine knows of",
        "venturi.cli.commands.jobs:list_jobs",
        (
            option("-d", "--dag-id", help="only those of this DAG"),
            option("--state", help="only those in this state"),
            option("--limit", help="at most this many, newest first", type=int),
            *LIST,
        ),
    ),
    Command(
        ("dags", "state"),
        "Show how a run stands",
        _R + "state",
        (
            DAG_ID,
            place(
                "logical_date_or_run_id",
                "id of the run, or its logical (execution) date",
                metavar="logical_date|run_id",
            ),
            SUBDIR,
            VERBOSE,
        ),
        old=("dag_state",),
    ),
    Command(
        ("dags", "test"),
        "Run a whole DAG in this process, without scheduler",
        _T + "test_dag",
        (
            DAG_ID,
            place("logical_date", "logical date of the run (default: now)", nargs="?"),
            CONF,
            option("-f", "--dagfile-path", help="the file of the DAG", metavar="FILE"),
            option("--mark-success-pattern", help="tasks to take as done: a regular expression"),
            flag("--show-dagrun", help="print the graph with states at the end"),
            ignored("--imgcat-dagrun"),
            ignored("--save-dagrun", value=True),
            ignored("--use-executor"),
            *WHERE,
            VERBOSE,
        ),
    ),
    Command(
        ("dags", "delete"),
        "Delete a DAG with all its history",
        _M + "delete",
        (DAG_ID, YES, SUBDIR, VERBOSE),
        old=("delete_dag",),
        more="While its file is in the DAG folder the DAG stays hidden, until the file changes.",
    ),
    Command(
        ("dags", "reserialize"),
        "Have the scheduler read all DAG files again",
        _M + "reserialize",
        (ignored("--clear-only"), *WHERE, OUTPUT, VERBOSE),
    ),
)
