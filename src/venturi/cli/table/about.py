"""What there is: version, configuration, environment, help."""

from venturi.cli.table.args import LIST, OUTPUT, VERBOSE, ignored
from venturi.cli.table.model import Command, flag, option, place

_A = "venturi.cli.commands.about:"
_C = "venturi.cli.commands.config:"

_WHICH = (
    option("--section", help="only this section", action="append"),
    option("--option", help="only this option", action="append"),
    option("--ignore-section", help="not this section", action="append"),
    option("--ignore-option", help="not this option", action="append"),
)

COMMANDS = (
    Command(("version",), "Show the version", _A + "version", (VERBOSE,)),
    Command(
        ("info",),
        "Show this installation and its surroundings",
        _A + "info",
        (flag("--anonymize", help="leave names out"), ignored("--file-io"), *LIST),
    ),
    Command(("plugins",), "List the plugins that are loaded", _A + "plugins", LIST),
    Command(("providers", "list"), "List the provider packages installed", _A + "providers", LIST),
    Command(("cheat-sheet",), "Show all commands on one page", _A + "cheat_sheet", (VERBOSE,)),
    Command(
        ("jobs", "check"),
        "See whether processes of the engine are alive",
        "venturi.cli.commands.jobs:check",
        (
            option("--job-type", help="only of this type, such as SchedulerJob"),
            option("--hostname", help="only on this machine"),
            flag("--local", help="only on the machine this runs on"),
            option("--limit", help="look at most at this many", type=int, default=1),
            flag("--allow-multiple", help="several are fine"),
            VERBOSE,
        ),
    ),
    Command(
        ("config", "get-value"),
        "Show the value of an option",
        _C + "get_value",
        (place("section", "section"), place("option", "option"), VERBOSE),
    ),
    Command(
        ("config", "list"),
        "List the options",
        _C + "list_options",
        (
            option("--section", help="only this section"),
            option("--color", help="accepted for Airflow"),
            flag("-d", "--include-descriptions", help="with what each means"),
            flag("-e", "--include-examples", help="with examples"),
            flag("-s", "--include-sources", help="with where each value comes from"),
            flag("-V", "--include-env-vars", help="with the variable that sets each"),
            flag("-c", "--comment-out-everything", help="every line as a comment"),
            ignored("-p", "--exclude-providers"),
            flag("-a", "--defaults", help="the defaults instead of the values"),
            flag("--show-values", help="show secrets too"),
            ignored("--hide-sensitive"),
            VERBOSE,
        ),
    ),
    Command(
        ("config", "lint"),
        "Say what could be better in airflow.cfg",
        _C + "lint",
        (*_WHICH, VERBOSE),
    ),
    Command(
        ("rotate-fernet-key",),
        "Encrypt all secrets anew with the first of the fernet keys",
        _A + "rotate_fernet_key",
        (OUTPUT,),
        old=("rotate_fernet_key",),
    ),
)
