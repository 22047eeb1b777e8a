"""A file of an older line in today's names, for `airflow config update`."""

from pathlib import Path
from typing import NamedTuple

from venturi.config.ini import Line, parse
from venturi.config.load import resolved
from venturi.config.names import Meaning, UnknownName, meaning_of
from venturi.config.options import OptionName
from venturi.config.table.all import options_by_name


class Updated(NamedTuple):
    """A rewritten file and a sentence for each change."""

    text: str
    changes: tuple[str, ...]


def updated(text: str, file: str, home: Path) -> Updated:
    """`text` with each option under its present name, in its present section.

    The file goes on meaning the same. Comments, order and everything else stay; an option whose
    section changed moves to the end of its new section, with the comments right above it. Where
    the present name is set too, the line that does not count is removed. `home` is the home
    folder. Raises `ConfigError` for text that cannot be read.
    """
    lines = parse(text, file)
    rows: list[str | None] = list(text.splitlines())
    restating = _restating(lines, home)
    present = {OptionName(line.section, line.key) for line in lines if line not in restating}
    moved: dict[str, list[str]] = {}
    changes: list[str] = []
    for line in lines:
        if line in restating:
            changes.append(
                f"line {line.number}: removed [{line.section}] {line.key}, which is the default"
            )
            end = _end(rows, line.number)
            rows[line.number - 1 : end] = [None] * (end - line.number + 1)
            continue
        meaning = _renamed(line)
        if meaning is None or meaning.option is None:
            continue
        old = OptionName(line.section, line.key)
        new = OptionName(meaning.name.section, meaning.name.key + _suffix(meaning))
        end = _end(rows, line.number)
        body = [row or "" for row in rows[line.number - 1 : end]]
        if new in present:
            changes.append(f"line {line.number}: removed {old}, for {new} is set too")
            rows[line.number - 1 : end] = [None] * len(body)
            continue
        changes.append(f"line {line.number}: {old} is now {new}")
        present.add(new)
        body[0] = _with_key(body[0], new.key)
        if new.section == old.section:
            rows[line.number - 1 : end] = list(body)
            continue
        start = _comments_above(rows, line.number - 1)
        comments = [row or "" for row in rows[start : line.number - 1]]
        moved.setdefault(new.section, []).extend([*comments, *body])
        rows[start:end] = [None] * (end - start)
    kept = [row for row in rows if row is not None]
    return Updated("\n".join(_with_moved(kept, moved)) + "\n", tuple(changes))


def _restating(lines: list[Line], home: Path) -> set[Line]:
    """Lines under present names that only restate a default which an old name overrules."""
    renamed = {meaning.name for meaning in map(_renamed, lines) if meaning is not None}
    found = set()
    for line in lines:
        name = OptionName(line.section, line.key)
        default = options_by_name()[name].default if name in renamed else None
        if default is not None and resolved(line.value, home, {}) == resolved(default, home, {}):
            found.add(line)
    return found


def _renamed(line: Line) -> Meaning | None:
    try:
        meaning = meaning_of(OptionName(line.section, line.key), ())
    except UnknownName:
        return None
    return meaning if meaning.renamed else None


def _suffix(meaning: Meaning) -> str:
    match meaning.how:
        case "value":
            return ""
        case "command":
            return "_cmd"
        case "secret":
            return "_secret"


def _end(rows: list[str | None], number: int) -> int:
    """The index after the last row of the option that begins on line `number`."""
    first = rows[number - 1] or ""
    depth = len(first) - len(first.lstrip())
    end = number
    for index in range(number, len(rows)):
        row = rows[index] or ""
        if not row.strip():
            continue
        if len(row) - len(row.lstrip()) <= depth:
            break
        end = index + 1
    return end


def _comments_above(rows: list[str | None], index: int) -> int:
    """The index of the first comment of the block right above `index`."""
    while index > 0 and (rows[index - 1] or "").lstrip().startswith(("#", ";")):
        index -= 1
    return index


def _with_key(row: str, key: str) -> str:
    cut = min(at for at in (row.find("="), row.find(":")) if at >= 0)
    return f"{key} {row[cut]} {row[cut + 1 :].strip()}".rstrip()


def _with_moved(rows: list[str], moved: dict[str, list[str]]) -> list[str]:
    """`rows` with the `moved` ones at the end of their sections, new sections at the end."""
    last: dict[str, int] = {}
    section = ""
    for index, row in enumerate(rows):
        if row.startswith("["):
            section = row[1:].partition("]")[0].strip().lower()
        if row.strip():
            last[section] = index
    inserts = {last[name]: body for name, body in moved.items() if name in last}
    done: list[str] = []
    for index, row in enumerate(rows):
        done.append(row)
        done += inserts.get(index, [])
    for name, body in moved.items():
        if name not in last:
            done += ["", f"[{name}]", *body]
    return done
