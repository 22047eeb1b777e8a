"""Commands of Airflow that a later version brings: known by name, so that nobody searches."""

from venturi.cli.table.model import Command

_RUN = "venturi.cli.commands.later:later"


def _later(*words: str, old: tuple[str, ...] = ()) -> Command:
    return Command(words, "comes with a later version", _RUN, old=old, hidden=True)


COMMANDS = (
    _later("dags", "clear"),
    _later("dags", "show-dependencies"),
    _later("kerberos"),
    _later("serve_logs"),
    _later("assets"),
    _later("teams"),
    _later("partitions"),
    _later("db-manager"),
    _later("state-store"),
    _later("config", "update"),
    _later("providers"),
)
