"""How the table of names is written and looked up.

The tables are plain dictionaries of strings (see `venturi.compat.table`) and are read one package
at a time, on first use: `import airflow` must not cost anything.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module

#: module -> {home: "Name Old=New ..."}
Rows = Mapping[str, Mapping[str, str]]

PROVIDERS = "airflow.providers"
STANDARD = "airflow.providers.standard"

#: The tables of a file, by what they say about the importing file's age.
ERAS = ("V1", "V2", "V3", "ANY")

#: Which file of the table has which package; the first match wins.
PARTS: Mapping[str, str] = {
    "airflow.operators": "operators",
    "airflow.sensors": "sensors",
    "airflow.hooks": "hooks",
    "airflow.contrib": "contrib",
    "airflow.models": "models",
    "airflow.decorators": "decorators",
    "airflow.utils": "utils",
    "airflow.sdk": "sdk",
    "airflow.providers.standard": "standard",
    "airflow.providers": "providers",
    "airflow": "core",
}


class Row:
    """One served name: `era` says what importing it means, `home` and `name` where it lives."""

    __slots__ = ("era", "home", "name")

    def __init__(self, era: str, home: str, name: str) -> None:
        self.era, self.home, self.name = era, home, name


class _Read:
    """What has been read of the table so far (data that never changes)."""

    parts: dict[str, dict[str, dict[str, Row]]] = {}


def is_below(module: str, package: str) -> bool:
    """Whether `module` is `package` or lies inside it."""
    return module == package or module.startswith(f"{package}.")


def may_be_on_disk(module: str) -> bool:
    """Whether an installed provider package may have `module`; `standard` is always ours."""
    return module.startswith(f"{PROVIDERS}.") and not is_below(module, STANDARD)


def _parsed(era: str, homes: Mapping[str, str]) -> Iterator[tuple[str, Row]]:
    for home, names in homes.items():
        for word in names.split():
            served, _, real = word.partition("=")
            yield served, Row(era, home, real or served)


def read_part(part: str) -> dict[str, dict[str, Row]]:
    """The rows of one file of the table: module -> name -> row."""
    if part not in _Read.parts:
        written = import_module(f"venturi.compat.table.{part}")
        modules: dict[str, dict[str, Row]] = {}
        for era in ERAS:
            rows: Rows = getattr(written, era, {})
            for module, homes in rows.items():
                modules.setdefault(module, {}).update(_parsed(era, homes))
        _Read.parts[part] = modules
    return _Read.parts[part]


def rows_of(module: str) -> dict[str, Row]:
    """The names that `module` serves; empty if the table has none for it."""
    for package, part in PARTS.items():
        if is_below(module, package):
            return read_part(part).get(module, {})
    return {}


def find_row(module: str, name: str) -> Row | None:
    """The row of a name, followed through the table up to its last home in it.

    The way ends at a provider's module: whether a file on disk or the table has it is decided when
    it is imported.
    """
    row = rows_of(module).get(name)
    if row is None:
        return None
    follows = is_below(row.home, "airflow") and not may_be_on_disk(row.home)
    onward = find_row(row.home, row.name) if follows else None
    return Row(row.era, onward.home, onward.name) if onward else row


def all_modules() -> list[str]:
    """Every module the table has rows for."""
    return [module for part in sorted(set(PARTS.values())) for module in read_part(part)]


def children_of(package: str) -> set[str]:
    """The names of the modules directly below `package` that the table knows."""
    start = f"{package}."
    parts = {
        part
        for covered, part in PARTS.items()
        if is_below(covered, package) or is_below(package, covered)
    }
    return {
        module[len(start) :].partition(".")[0]
        for part in parts
        for module in read_part(part)
        if module.startswith(start)
    }


def is_known(module: str) -> bool:
    """Whether the table has rows for `module` or for a module below it."""
    return bool(rows_of(module)) or module in PARTS or bool(children_of(module))
