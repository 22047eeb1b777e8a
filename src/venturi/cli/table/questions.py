"""Questions to the engine: why something does not run, what would happen."""

from venturi.cli.table.args import DAG_ID, MAP_INDEX, OUTPUT, VERBOSE
from venturi.cli.table.model import Command, place

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
)
