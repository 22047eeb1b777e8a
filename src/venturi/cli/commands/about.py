"""Version, environment, help."""

import argparse


def version(_args: argparse.Namespace) -> None:
    """Print the version of Venturi."""
    print(venturi_version())


def venturi_version() -> str:
    """The version of the installed distribution, or of this source tree."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("venturi")
    except PackageNotFoundError:
        return "0+unknown"


def cheat_sheet(_args: argparse.Namespace) -> None:
    """Print all commands on one page."""
    from venturi.cli.help import cheat_sheet as page

    print(page("airflow"), end="")


def info(args: argparse.Namespace) -> None:
    """Show this installation and its surroundings."""
    import platform
    import sys

    from venturi.cli.output import print_rows
    from venturi.cli.session import configured
    from venturi.config.urls import mask

    config = configured()
    hidden = (lambda _text: "***") if args.anonymize else str
    database = mask(config.get("database", "sql_alchemy_conn") or "")
    rows = [
        ("venturi", "version", venturi_version()),
        ("venturi", "home", hidden(config.home)),
        ("venturi", "configuration", hidden(config.file)),
        ("venturi", "executor", config.get("core", "executor")),
        ("venturi", "database", hidden(database)),
        ("venturi", "dags_folder", hidden(config.getpath("core", "dags_folder"))),
        ("venturi", "plugins_folder", hidden(config.getpath("core", "plugins_folder"))),
        ("venturi", "base_log_folder", hidden(config.getpath("logging", "base_log_folder"))),
        ("system", "os", platform.system()),
        ("system", "kernel", platform.release()),
        ("system", "architecture", platform.machine()),
        ("system", "python", platform.python_version()),
        ("system", "python_location", hidden(sys.executable)),
        *(("packages", name, version) for name, version in _packages()),
    ]
    print_rows(
        [{"part": part, "name": name, "value": value} for part, name, value in rows], args.output
    )


def _packages() -> list[tuple[str, str]]:
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    found = []
    for name in ("sqlalchemy", "starlette", "pendulum", "pymysql", "psycopg", "celery", "redis"):
        try:
            found.append((name, installed(name)))
        except PackageNotFoundError:
            continue
    return found


def plugins(args: argparse.Namespace) -> None:
    """List the plugins of the plugins folder and of installed packages."""
    import sys

    from venturi.cli.output import print_rows
    from venturi.cli.session import configured
    from venturi.plugins.load import load_plugins

    config = configured()
    loaded = load_plugins(config.getpath("core", "plugins_folder"))
    rows = [
        {"name": getattr(plugin, "name", plugin.__name__), "source": plugin.__module__}
        for plugin in loaded.plugins
    ]
    print_rows(rows, args.output, empty="No plugins loaded")
    for error in loaded.errors:
        print(f"{error.source} cannot be loaded: {error.reason}", file=sys.stderr)


def providers(args: argparse.Namespace) -> None:
    """List the installed packages that bring operators and hooks."""
    from importlib.metadata import distributions

    from venturi.cli.output import print_rows

    rows = [
        {
            "package_name": distribution.name,
            "version": distribution.version,
            "description": distribution.metadata["Summary"] or "",
        }
        for distribution in distributions()
        if (distribution.name or "").startswith("apache-airflow-providers-")
    ]
    print_rows(
        sorted(rows, key=lambda row: str(row["package_name"])),
        args.output,
        empty="No provider packages installed; what comes with Venturi needs none.",
    )


def rotate_fernet_key(_args: argparse.Namespace) -> None:
    """Encrypt all secrets anew with the first of the keys."""
    from venturi.cli.session import change
    from venturi.store.commands.connections import rotate_connections
    from venturi.store.commands.variables import rotate_variables

    connections, variables = change(lambda tx, _who: (rotate_connections(tx), rotate_variables(tx)))
    print(f"Encrypted {connections} connections and {variables} variables anew")
