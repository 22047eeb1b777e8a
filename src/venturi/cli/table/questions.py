"""Questions to the engine: why something does not run, what would happen."""

from venturi.cli.table.args import DAG_ID, MAP_INDEX, OUTPUT, VERBOSE
from venturi.cli.table.model import Command, option, place

COMMANDS = (
    Command(
        ("why",),
        "Say everything that keeps a DAG, a run or a task from running",
        "venturi.cli.commands.why:why",
        (
            DAG_ID,
            place("task_id", "id of a task, or of a run", nargs="?", metavar="task_id"),
            place(
                "logical_date_or_run_id",
                "id of the run, or its logical date (default: the latest)",
                nargs="?",
                metavar="logical_date|run_id",
            ),
            MAP_INDEX,
            OUTPUT,
            VERBOSE,
        ),
    ),
    Command(
        ("dags", "simulate"),
        "Show the runs and task starts that would happen, in virtual time",
        "venturi.cli.commands.simulate:simulate_dag",
        (
            DAG_ID,
            option(
                "--from",
                help="from when on (default: from now on, as the DAG stands)",
                dest="from_date",
                metavar="DATE",
            ),
            option(
                "--to",
                help="until when (default: a day later)",
                dest="to_date",
                metavar="DATE",
            ),
            option(
                "--durations",
                help="how long tasks take: `history` (the median of each) or seconds for all",
                default="history",
                metavar="history|SECONDS",
            ),
            option(
                "--items",
                help="how many items a result has that mapped tasks expand over (default: 1)",
                type=int,
                default=1,
            ),
            OUTPUT._replace(choices=("table", "json", "yaml", "plain", "gantt")),
            VERBOSE,
        ),
        more="Every task is taken to succeed; the runs of other DAGs do not count.",
    ),
)
