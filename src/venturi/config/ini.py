"""`airflow.cfg` as text: sections, options and the line each stands on.

Python's configparser reads the same files but forgets line numbers and gives `%` a meaning that
passwords do not expect; the rules below are its rules otherwise.
"""

from collections.abc import Iterator
from typing import NamedTuple

from venturi.config.errors import ConfigError


class Line(NamedTuple):
    """One option as it stands in the file; `number` counts from 1."""

    section: str
    key: str
    value: str
    number: int


def parse(text: str, file: str) -> list[Line]:
    """The options of `text`, in order; section and option names in lower case.

    `%%` reads as `%`, as files of every Airflow line write it, and a single `%` as itself. Raises
    `ConfigError` naming `file` and the line of whatever is neither a section, an option, a
    comment nor the continuation of a value.
    """
    lines: list[Line] = []
    mistakes: list[str] = []
    section: str | None = None
    for number, content in _logical_lines(text):
        if content.startswith("["):
            name, closed, _ = content[1:].partition("]")
            if not closed or not name.strip():
                mistakes.append(f"{file}, line {number}: a section is written as [name].")
                continue
            section = name.strip().lower()
            continue
        cut = min((i for i in (content.find("="), content.find(":")) if i >= 0), default=-1)
        key = content[:cut].strip().lower() if cut > 0 else ""
        if not key or "\n" in key:
            # The first word only: what follows may be a secret.
            word = content.split()[0][:24]
            mistakes.append(
                f"{file}, line {number}: `{word}` begins no option; write `key = value`."
            )
        elif section is None:
            mistakes.append(
                f"{file}, line {number}: the option `{key}` stands before the first [section]."
            )
        else:
            value = content[cut + 1 :].strip().replace("%%", "%")
            lines.append(Line(section, key, value, number))
    if mistakes:
        raise ConfigError(*mistakes)
    return lines


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their indented continuations, without comments."""
    start = 0
    indent = 0
    parts: list[str] = []
    for number, raw in enumerate(text.splitlines(), 1):
        content = raw.strip()
        if content.startswith(("#", ";")):
            continue
        if not content:
            if parts:
                parts.append("")
            continue
        depth = len(raw) - len(raw.lstrip())
        if parts and depth > indent and not parts[0].startswith("["):
            parts.append(content)
            continue
        if parts:
            yield start, "\n".join(parts).rstrip()
        start, indent, parts = number, depth, [content]
    if parts:
        yield start, "\n".join(parts).rstrip()
