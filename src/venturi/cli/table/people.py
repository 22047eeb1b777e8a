"""What people keep in the database: pools, variables, connections."""

from venturi.cli.table.args import LIST, OUTPUT, VERBOSE, ignored
from venturi.cli.table.model import Command, flag, option, place

_P = "venturi.cli.commands.pools:"
_V = "venturi.cli.commands.variables:"
_C = "venturi.cli.commands.connections:"

_POOL = place("pool", "name of the pool")
_FILE = place("file", "the file (JSON)")
_KEY = place("key", "name of the variable")
_CONN = place("conn_id", "id of the connection")

_SHOWN = (
    flag("--show-values", help="show the values"),
    ignored("--hide-sensitive"),
)

#: The parts of a connection, spelled as in every line.
_PARTS = (
    option("--conn-uri", help="the whole connection as a URI"),
    option("--conn-json", help="the whole connection as JSON"),
    option("--conn-type", help="its type, such as mysql or http"),
    option("--conn-description", help="a remark"),
    option("--conn-host", help="host, or an address"),
    option("--conn-schema", help="schema or database"),
    option("--conn-login", help="user name"),
    option("--conn-password", help="password"),
    option("--conn-port", help="port", type=int),
    option("--conn-extra", help="further values, a JSON object"),
)

COMMANDS = (
    Command(("pools", "list"), "List the pools", _P + "list_pools", LIST),
    Command(("pools", "get"), "Show a pool", _P + "get", (_POOL, *LIST)),
    Command(
        ("pools", "set"),
        "Make a pool, or change it",
        _P + "set_",
        (
            _POOL,
            place("slots", "how many slots it has; -1: no limit", type=int),
            place("description", "what it is for", nargs="?", default=""),
            flag("--include-deferred", help="deferred tasks take slots too"),
            option("--team-name", help="accepted for Airflow"),
            *LIST,
        ),
    ),
    Command(("pools", "delete"), "Delete a pool", _P + "delete", (_POOL, *LIST)),
    Command(("pools", "import"), "Make pools from a file", _P + "import_", (_FILE, VERBOSE)),
    Command(("pools", "export"), "Write all pools to a file", _P + "export", (_FILE, VERBOSE)),
    Command(
        ("pools",),
        "Pools, in the form of Airflow 1.x",
        _P + "old_form",
        (
            option("-s", "--set", nargs=3, metavar=("NAME", "SLOTS", "DESCRIPTION")),
            option("-g", "--get", metavar="NAME"),
            option("-x", "--delete", metavar="NAME"),
            option("-i", "--import", dest="import_", metavar="FILE"),
            option("-e", "--export", metavar="FILE"),
            OUTPUT,
        ),
        old=("pool",),
        hidden=True,
    ),
    Command(("variables", "list"), "List the variables", _V + "list_variables", (*_SHOWN, *LIST)),
    Command(
        ("variables", "get"),
        "Show the value of a variable",
        _V + "get",
        (
            _KEY,
            flag("-j", "--json", help="the value is JSON: print it so"),
            option("-d", "--default", help="what to print when there is none"),
            VERBOSE,
        ),
    ),
    Command(
        ("variables", "set"),
        "Set a variable",
        _V + "set_",
        (
            _KEY,
            place("value", "its value"),
            option("--description", help="a remark"),
            flag("-j", "--json", help="the value is JSON: check it"),
            VERBOSE,
        ),
    ),
    Command(("variables", "delete"), "Delete a variable", _V + "delete", (_KEY, VERBOSE)),
    Command(
        ("variables", "import"),
        "Set variables from a file (JSON, YAML or .env)",
        _V + "import_",
        (
            _FILE,
            option(
                "-a",
                "--action-on-existing-key",
                help="what to do with variables that are there",
                choices=("overwrite", "fail", "skip"),
                default="overwrite",
            ),
            VERBOSE,
        ),
    ),
    Command(
        ("variables", "export"),
        "Write all variables to a file (`-`: print them)",
        _V + "export",
        (_FILE, VERBOSE),
    ),
    Command(
        ("variables",),
        "Variables, in the form of Airflow 1.x",
        _V + "old_form",
        (
            option("-s", "--set", nargs=2, metavar=("KEY", "VALUE")),
            option("-g", "--get", metavar="KEY"),
            flag("-j", "--json"),
            option("-d", "--default"),
            option("-i", "--import", dest="import_", metavar="FILE"),
            option("-e", "--export", metavar="FILE"),
            option("-x", "--delete", metavar="KEY"),
        ),
        hidden=True,
    ),
    Command(
        ("connections", "list"),
        "List the connections",
        _C + "list_connections",
        (*_SHOWN, option("--conn-id", help="only this one"), *LIST),
    ),
    Command(
        ("connections", "get"),
        "Show a connection",
        _C + "get",
        (_CONN, option("--color", help="accepted for Airflow"), *LIST),
    ),
    Command(
        ("connections", "add"),
        "Add a connection",
        _C + "add",
        (_CONN, *_PARTS, VERBOSE),
    ),
    Command(
        ("connections", "delete"),
        "Delete a connection",
        _C + "delete",
        (_CONN, option("--color", help="accepted for Airflow"), VERBOSE),
    ),
    Command(
        ("connections", "import"),
        "Add connections from a file (JSON, YAML or .env)",
        _C + "import_",
        (_FILE, flag("--overwrite", help="replace those that are there"), VERBOSE),
    ),
    Command(
        ("connections", "export"),
        "Write all connections to a file (`-`: print them)",
        _C + "export",
        (
            _FILE,
            option(
                "--file-format",
                "--format",
                help="json, yaml or env (default: by the file's ending)",
                choices=("json", "yaml", "env"),
            ),
            option(
                "--serialization-format",
                help="in an env file, write URIs or JSON",
                choices=("uri", "json"),
                default="uri",
            ),
            VERBOSE,
        ),
    ),
    Command(
        ("connections", "test"),
        "Try whether a connection works",
        _C + "test",
        (_CONN, VERBOSE),
    ),
    Command(
        ("connections", "create-default-connections"),
        "Add Airflow's example connections that are not there",
        _C + "create_defaults",
        (VERBOSE,),
    ),
    Command(
        ("connections",),
        "Connections, in the form of Airflow 1.x",
        _C + "old_form",
        (
            flag("-l", "--list"),
            flag("-a", "--add"),
            flag("-d", "--delete"),
            option("--conn-id"),
            *_PARTS,
            OUTPUT,
        ),
        hidden=True,
    ),
)
