"""Backfills: filling past periods with runs."""

from venturi.cli.table.args import DAG_ID, LIST, SUBDIR, VERBOSE, YES, ignored
from venturi.cli.table.model import Command, flag, option, place

_M = "venturi.cli.commands.backfill:"

_ID = place("backfill_id", "number of the backfill", type=int)

COMMANDS = (
    Command(
        ("backfill", "create"),
        "Have the scheduler run the past dates of a DAG",
        _M + "create",
        (
            option("--dag-id", help="id of the DAG", required=True),
            option("--from-date", help="first logical date", metavar="DATE", required=True),
            option("--to-date", help="last logical date", metavar="DATE", required=True),
            option("--dag-run-conf", help="values for the runs, a JSON object", metavar="JSON"),
            option(
                "--reprocess-behavior",
                help="dates that have a run already: leave them alone (none, the default), run "
                "those again that failed, or all that are completed",
                choices=("none", "failed", "completed"),
                default="none",
            ),
            option(
                "--max-active-runs",
                help="how many of its runs may be active at once (default: 10)",
                type=int,
                default=10,
            ),
            flag("--run-backwards", help="the latest date first"),
            flag(
                "--run-on-latest-version",
                help="what runs again does so with the newest code instead of its own",
            ),
            flag("--dry-run", help="only list the runs"),
            *LIST,
        ),
        more="It returns at once: the scheduler does the work. See: airflow backfill list",
    ),
    Command(
        ("backfill", "list"),
        "List the backfills and how far they are",
        _M + "list_all",
        (
            option("-d", "--dag-id", help="only those of this DAG"),
            flag("--active", help="only those that are not done"),
            *LIST,
        ),
    ),
    Command(
        ("backfill", "pause"),
        "Start no more runs of a backfill; those that have begun go on",
        _M + "pause",
        (_ID, VERBOSE),
    ),
    Command(
        ("backfill", "unpause"),
        "Let a paused backfill go on",
        _M + "unpause",
        (_ID, VERBOSE),
    ),
    Command(
        ("backfill", "cancel"),
        "End a backfill: runs that have not begun fail, those that have go on",
        _M + "cancel",
        (_ID, VERBOSE),
    ),
    Command(
        ("dags", "backfill"),
        "Run the past dates of a DAG and wait until they are done",
        "venturi.cli.commands.old_backfill:backfill",
        (
            DAG_ID,
            option("-s", "--start-date", help="first logical date", metavar="DATE"),
            option("-e", "--end-date", help="last logical date", metavar="DATE"),
            option(
                "-t",
                "--task-regex",
                help="only tasks whose id this expression matches, and all above them",
                metavar="REGEX",
            ),
            flag("-i", "--ignore-dependencies", help="with -t: without those above them"),
            flag(
                "-I",
                "--ignore-first-depends-on-past",
                help="the first run does not wait for the run before it",
            ),
            flag("-m", "--mark-success", help="mark the runs successful without running them"),
            option("--pool", help="a pool for all tasks instead of their own"),
            option("-c", "--conf", help="values for the runs, a JSON object", metavar="JSON"),
            flag("--reset-dagruns", help="run completed dates again too"),
            flag("--rerun-failed-tasks", help="run again what failed in runs that are there"),
            flag("--disable-retry", help="tasks that fail are not tried again"),
            flag("-B", "--run-backwards", help="the latest date first"),
            flag("-n", "-dr", "--dry-run", help="only list the runs"),
            flag(
                "--treat-dag-id-as-regex",
                "--treat-dag-as-regex",
                help="the DAG id is a regular expression: all DAGs it matches",
            ),
            YES,
            SUBDIR._replace(help="accepted for Airflow: the scheduler knows where the DAG is"),
            ignored("-l", "--local"),
            ignored("-x", "--donot-pickle"),
            ignored("-a", "--include-adhoc"),
            ignored("--delay-on-limit", value=True),
            ignored("--continue-on-failures"),
            VERBOSE,
        ),
        old=("backfill",),
        more="The scheduler runs them. Ctrl-C ends the waiting, not the backfill.",
    ),
)
