"""The table of names: every row leads somewhere, and old names lead to today's."""

from importlib import import_module

import pytest

from venturi.compat.names import find_value, served_names
from venturi.compat.rows import ERAS, PARTS, all_modules, find_row, read_part, rows_of

ROWS = [
    (module, name)
    for part in sorted(set(PARTS.values()))
    for module, names in read_part(part).items()
    for name in names
]


@pytest.mark.parametrize(("module", "name"), ROWS, ids=[f"{m}.{n}" for m, n in ROWS])
def test_every_row_leads_to_an_object(module: str, name: str) -> None:
    find_value(module, name)


def test_the_table_holds_only_known_tables() -> None:
    for part in set(PARTS.values()):
        written = import_module(f"venturi.compat.table.{part}")
        tables = [name for name in vars(written) if name.isupper() and not name.startswith("_")]
        assert set(tables) <= set(ERAS)


def test_every_module_lies_in_the_file_of_its_package() -> None:
    for module in all_modules():
        first = next(
            part for package, part in PARTS.items() if f"{module}.".startswith(f"{package}.")
        )
        assert module in read_part(first), f"{module} belongs into table/{first}.py"


def test_a_row_is_followed_to_its_last_home() -> None:
    row = find_row("airflow.operators", "BashOperator")
    assert row is not None
    assert (row.home, row.era) == ("venturi.batteries.operators.bash", "V1")


def test_a_module_lists_its_names_for_star_imports() -> None:
    assert "BashOperator" in served_names("airflow.operators.bash_operator")
    assert not any(name.startswith("_") for name in served_names("airflow.utils.types"))


def test_no_module_serves_what_it_only_lends() -> None:
    assert rows_of("airflow.nothing.of.the.kind") == {}
