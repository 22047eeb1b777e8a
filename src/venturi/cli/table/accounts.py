"""Who may sign in: users and roles, in the spellings of all lines."""

from venturi.cli.table.args import LIST, OUTPUT, VERBOSE, ignored
from venturi.cli.table.model import Command, flag, option, place

_U = "venturi.cli.commands.users:"
_R = "venturi.cli.commands.roles:"

_NAME = option("-u", "--username", help="name of the user")
_WHO = (_NAME, option("-e", "--email", help="or their e-mail address"))
_PASSWORD = (
    option("-p", "--password", help="the password; without it you are asked"),
    flag("--use-random-password", help="make one, and print it"),
)
_NEW = (
    option("-u", "--username", help="name of the user", required=True),
    option("-e", "--email", help="their e-mail address", default=""),
    option("-f", "--firstname", help="their first name", default=""),
    option("-l", "--lastname", help="their last name", default=""),
    option("-r", "--role", help="Admin, Op, User, Viewer or one of yours", required=True),
    *_PASSWORD,
    VERBOSE,
)
_ROLE = option("-r", "--role", help="name of the role", required=True)
_ROLES = place("role", "name of the role", nargs="+")
_FILE = place("file", "the file (JSON)")
_TOKEN = option("-n", "--name", help="name of the token, to know it by", required=True)
_PERMS = (
    _ROLES,
    option("-r", "--resource", help="resources, such as DAGs or Pools", nargs="+", required=True),
    option("-a", "--action", help="actions: can_read, can_create, can_edit, can_delete", nargs="+"),
    VERBOSE,
)

COMMANDS = (
    Command(("users", "list"), "List the users", _U + "list_users", LIST, old=("list_users",)),
    Command(("users", "create"), "Make a user", _U + "create", _NEW, old=("create_user",)),
    Command(
        ("users", "delete"), "Delete a user", _U + "delete", (*_WHO, VERBOSE), old=("delete_user",)
    ),
    Command(
        ("users", "reset-password"),
        "Give a user a new password; what they are signed in with ends",
        _U + "reset_password",
        (*_WHO, *_PASSWORD, VERBOSE),
    ),
    Command(
        ("users", "activate"),
        "Let a user sign in again",
        _U + "activate",
        (*_WHO, VERBOSE),
    ),
    Command(
        ("users", "deactivate"),
        "Keep a user out, at once, without deleting them",
        _U + "deactivate",
        (*_WHO, VERBOSE),
    ),
    Command(("users", "add-role"), "Give a user a role", _U + "add_role", (*_WHO, _ROLE, VERBOSE)),
    Command(
        ("users", "remove-role"),
        "Take a role from a user",
        _U + "remove_role",
        (*_WHO, _ROLE, VERBOSE),
    ),
    Command(("users", "import"), "Make users from a file", _U + "import_", (_FILE, VERBOSE)),
    Command(("users", "export"), "Write all users to a file", _U + "export", (_FILE, VERBOSE)),
    Command(
        ("users", "list-tokens"),
        "List the API tokens",
        _U + "list_tokens",
        (_NAME, *LIST),
    ),
    Command(
        ("users", "create-token"),
        "Make an API token of a user, and print it",
        _U + "create_token",
        (
            option("-u", "--username", help="name of the user", required=True),
            _TOKEN,
            option("--days", help="days that it is good for (default: until deleted)", type=int),
            VERBOSE,
        ),
    ),
    Command(
        ("users", "delete-token"),
        "Withdraw an API token",
        _U + "delete_token",
        (option("-u", "--username", help="name of the user", required=True), _TOKEN, VERBOSE),
    ),
    Command(
        ("users",),
        "Users, in the form of Airflow 1.x",
        _U + "old_form",
        (
            flag("-l", "--list"),
            flag("-c", "--create"),
            flag("-d", "--delete"),
            flag("--add-role"),
            flag("--remove-role"),
            option("-i", "--import", dest="import_", metavar="FILE"),
            option("-e", "--export", metavar="FILE"),
            _NAME,
            option("--email", default=""),
            option("-f", "--firstname", default=""),
            option("--lastname", default=""),
            option("-r", "--role"),
            *_PASSWORD,
            OUTPUT,
        ),
        hidden=True,
    ),
    Command(
        ("roles", "list"),
        "List the roles",
        _R + "list_roles",
        (flag("-p", "--permission", help="show what each permits"), *LIST),
    ),
    Command(("roles", "create"), "Make roles", _R + "create", (_ROLES, VERBOSE)),
    Command(("roles", "delete"), "Delete roles", _R + "delete", (_ROLES, VERBOSE)),
    Command(("roles", "add-perms"), "Let roles permit more", _R + "add_perms", _PERMS),
    Command(("roles", "del-perms"), "Let roles permit less", _R + "del_perms", _PERMS),
    Command(("roles", "import"), "Make roles from a file", _R + "import_", (_FILE, VERBOSE)),
    Command(
        ("roles", "export"),
        "Write your roles to a file",
        _R + "export",
        (_FILE, ignored("-p", "--pretty"), VERBOSE),
    ),
    Command(
        ("roles",),
        "Roles, in the form of Airflow 1.x",
        _R + "old_form",
        (flag("-l", "--list"), flag("-c", "--create"), place("role", nargs="*"), OUTPUT),
        hidden=True,
    ),
    Command(
        ("sync-perm",),
        "Nothing to do here: what roles permit is always current",
        _R + "sync_perm",
        (ignored("--include-dags"), VERBOSE),
        old=("sync_perm",),
        hidden=True,
    ),
)
