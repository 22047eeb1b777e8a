"""Lists in every format."""

import json
from datetime import UTC, datetime

import pytest
import yaml

from venturi.cli.output import print_record, print_rows, text

AT = datetime(2016, 5, 14, 8, 30, tzinfo=UTC)
ROWS = [
    {"name": "a", "count": 1, "at": AT, "share": 0.25, "tags": ["x", "y"], "none": None},
    {"name": "longer\nname", "count": 10, "at": None, "share": None, "tags": [], "none": None},
]


def test_json_keeps_types(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, "json")
    first = json.loads(capsys.readouterr().out)[0]
    assert first == {
        "name": "a",
        "count": 1,
        "at": "2016-05-14T08:30:00+00:00",
        "share": 0.25,
        "tags": ["x", "y"],
        "none": None,
    }


def test_yaml_says_the_same_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, "json")
    as_json = json.loads(capsys.readouterr().out)
    print_rows(ROWS, "yaml")
    loaded = yaml.safe_load(capsys.readouterr().out)
    assert loaded[0]["name"] == as_json[0]["name"] and loaded[1]["none"] is None
    assert loaded[0]["tags"] == ["x", "y"]


def test_a_table_off_the_terminal_has_a_line_per_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, "table", columns=("name", "count"))
    assert capsys.readouterr().out == (
        "name         | count\n=============+======\na            | 1\nlonger\\nname | 10\n"
    )


def test_plain_text_has_no_rules(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(ROWS, "plain", columns=("count", "name"))
    assert capsys.readouterr().out.splitlines()[1] == "1      a"


@pytest.mark.parametrize("output", ["table", "plain"])
def test_an_empty_list_says_so(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], output, empty="No such thing.")
    assert capsys.readouterr().out == "No such thing.\n"


def test_an_empty_list_is_an_empty_list_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows([], "json")
    assert json.loads(capsys.readouterr().out) == []


def test_a_record_stands_below_itself(capsys: pytest.CaptureFixture[str]) -> None:
    print_record({"a": 1, "b": None}, "plain")
    assert capsys.readouterr().out.splitlines() == ["property  value", "a         1", "b"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, ""), (True, "True"), (1.5, "1.500"), ({"a": 1}, '{"a": 1}'), (AT, str(AT))],
)
def test_values_in_a_table(value: object, shown: str) -> None:
    assert text(value) == shown


def test_a_table_on_a_terminal_takes_brackets_as_they_are(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    print_rows([{"name": "[red]x[/red]", "state": "success"}])
    assert "[red]x[/red]" in capsys.readouterr().out
