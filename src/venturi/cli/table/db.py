"""The metadata database."""

from venturi.cli.table.args import VERBOSE, YES, ignored
from venturi.cli.table.model import Command, flag, option

_M = "venturi.cli.commands.db:"
_C = "venturi.cli.commands.clean:"

COMMANDS = (
    Command(
        ("db", "migrate"),
        "Create the tables, or bring them to this version",
        _M + "migrate",
        (
            option("-r", "--to-revision", help="stop at this revision"),
            option("-n", "--to-version", help="stop at this version"),
            flag("-s", "--show-sql-only", help="print the SQL instead of running it"),
            option("--from-revision", help="with --show-sql-only: where the SQL begins"),
            ignored("--from-version", value=True),
            ignored("--reserialize-dags"),
            ignored("-m", "--use-migration-files"),
            VERBOSE,
        ),
        old=("initdb", "upgradedb", "db init", "db upgrade"),
    ),
    Command(
        ("db", "reset"),
        "Throw all rows away and make the tables anew",
        _M + "reset",
        (
            YES,
            flag("-s", "--skip-init", help="only remove the tables"),
            ignored("-m", "--use-migration-files"),
            VERBOSE,
        ),
        old=("resetdb",),
    ),
    Command(
        ("db", "check"),
        "See whether the database answers",
        _M + "check",
        (
            option("--retry", help="try again this many times", type=int, default=0),
            option("--retry-delay", help="seconds between tries", type=float, default=1.0),
            VERBOSE,
        ),
        old=("checkdb",),
    ),
    Command(
        ("db", "check-migrations"),
        "Wait until the tables are those of this version",
        _M + "check_migrations",
        (
            option(
                "-t",
                "--migration-wait-timeout",
                help="give up after this many seconds (default: 60)",
                type=float,
                default=60.0,
            ),
            VERBOSE,
        ),
    ),
    Command(
        ("db", "downgrade"),
        "Bring the tables back to an older version",
        _M + "downgrade",
        (
            option("-r", "--to-revision", help="the revision to go to"),
            option("-n", "--to-version", help="the version to go to"),
            flag("-s", "--show-sql-only", help="print the SQL instead of running it"),
            option("--from-revision", help="with --show-sql-only: where the SQL begins"),
            ignored("--from-version", value=True),
            YES,
            VERBOSE,
        ),
    ),
    Command(
        ("db", "shell"), "Open the database's own shell", _M + "shell", (VERBOSE,), old=("shell",)
    ),
    Command(
        ("db", "clean"),
        "Delete old rows, keeping them in archive tables",
        _C + "clean",
        (
            option(
                "--clean-before-timestamp",
                help="delete what is older than this",
                metavar="DATE",
                required=True,
            ),
            option("-t", "--tables", help="only these tables, comma-separated", metavar="NAMES"),
            flag("--dry-run", help="only say how many rows would be deleted"),
            flag("--skip-archive", help="delete without keeping the rows in archive tables"),
            option("--batch-size", help="rows deleted in one transaction", type=int),
            option("--dag-ids", help="only rows of these DAGs, comma-separated", metavar="IDS"),
            option(
                "--exclude-dag-ids", help="no rows of these DAGs, comma-separated", metavar="IDS"
            ),
            flag(
                "--error-on-cleanup-failure",
                help="exit with 1 when a table could not be cleaned",
            ),
            YES,
            VERBOSE,
        ),
        more="Runs that have not ended stay, and the latest scheduled run of each DAG. Log files "
        "are not touched.",
    ),
    Command(
        ("db", "export-archived"),
        "Write the archive tables of `db clean` to files",
        _C + "export_archived",
        (
            option("--output-path", help="the folder to write to", metavar="PATH", required=True),
            option("--export-format", help="only csv", choices=("csv",), default="csv"),
            flag("--drop-archives", help="drop the archive tables afterwards"),
            option("-t", "--tables", help="only these tables, comma-separated", metavar="NAMES"),
            YES,
            VERBOSE,
        ),
    ),
    Command(
        ("db", "drop-archived"),
        "Drop the archive tables of `db clean`",
        _C + "drop_archived",
        (
            option("-t", "--tables", help="only these tables, comma-separated", metavar="NAMES"),
            YES,
            VERBOSE,
        ),
    ),
)
