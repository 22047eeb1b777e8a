"""The text of airflow.cfg."""

from configparser import RawConfigParser

from hypothesis import given
from hypothesis import strategies as st

from venturi.config.ini import Line, parse


def test_comments_continuations_and_both_delimiters_are_read() -> None:
    text = (
        "# head\n; also a comment\n[Core]\nA = 1 # stays\n  b : 2\n"
        "json = [\n    {\n    # no part of it\n      'x'\n    }\n\n  ]\nlast ="
    )
    assert parse(text, "f") == [
        Line("core", "a", "1 # stays\nb : 2", 4),
        Line("core", "json", "[\n{\n'x'\n}\n\n]", 6),
        Line("core", "last", "", 13),
    ]


def test_a_section_whose_options_are_indented_is_read() -> None:
    assert parse("[a]\n  x = 1\n  y = 2\n", "f") == [
        Line("a", "x", "1", 2),
        Line("a", "y", "2", 3),
    ]


def test_percent_signs_mean_themselves() -> None:
    values = {line.key: line.value for line in parse("[a]\nx = 5%\ny = %%(z)s %(q)s\n", "f")}
    assert values == {"x": "5%", "y": "%(z)s %(q)s"}


words = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)
values = st.text(st.characters(codec="ascii", min_codepoint=32), max_size=12).map(str.strip)


@given(st.dictionaries(words.map(str.lower), values, max_size=5))
def test_options_are_read_as_the_standard_library_reads_them(options: dict[str, str]) -> None:
    text = "[s]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
    standard = RawConfigParser()
    standard.read_string(text)
    ours = {line.key: line.value for line in parse(text.replace("%", "%%"), "f")}
    assert ours == dict(standard["s"])
