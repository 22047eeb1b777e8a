"""Which command the words on the command line mean."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from venturi.cli.table.model import Command


class Found(NamedTuple):
    """A command and the arguments that follow its words.

    `command` None: help is wanted, on `group` or on everything.
    """

    command: Command | None
    rest: list[str]
    group: str = ""


class UnknownCommand(Exception):
    """No such command; `str` is the sentence to show."""


#: Whole groups by other names.
_GROUP_NAMES = {"pool": "pools", "variable": "variables", "connection": "connections"}

_HELP = frozenset({"-h", "--help", "help"})


def find(words: Sequence[str], commands: Iterable[Command]) -> Found:
    """The command that `words` begin with: its own spelling or an old one, the longest first.

    A group's name followed by a flag means the form of 1.x (`variables -s KEY VALUE`), followed by
    a word a command of the group, or what that form takes by its place (`backfill DAG_ID -s DATE`).
    Raises `UnknownCommand` with the closest known one.
    """
    if not words or words[0] in _HELP:
        return Found(None, list(words[1:]))
    if words[0] in {"-V", "--version"}:
        words = ["version"]
    table = spellings(commands)
    first, second = words[0], words[1] if len(words) > 1 else ""
    named = (_GROUP_NAMES.get(first, first), second)
    if named in table:
        return Found(table[named], list(words[2:]))
    groups = {key[0] for key in table if len(key) == 2}
    group = named[0]
    single = table.get((first,)) or table.get((group,))
    if group not in groups:
        if single is not None:
            return Found(single, list(words[1:]))
        raise UnknownCommand(_unknown(first, {key[0] for key in table}))
    if not second or second in _HELP:
        return Found(None, list(words[2:]), group)
    if single is not None and (
        second.startswith("-") or single.takes_place or single.run.endswith(":later")
    ):
        return Found(single, list(words[1:]))
    raise UnknownCommand(
        _unknown(f"{group} {second}", {" ".join(k) for k in table if k[0] == group and len(k) == 2})
    )


def spellings(commands: Iterable[Command]) -> dict[tuple[str, ...], Command]:
    """Every spelling of every command."""
    table: dict[tuple[str, ...], Command] = {}
    for command in commands:
        table.setdefault(command.words, command)
        for old in command.old:
            table.setdefault(tuple(old.split(" ")), command)
    return table


def _unknown(given: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(given, sorted(known), n=1, cutoff=0.5)
    hint = f"; did you mean `airflow {near[0]}`?" if near else "."
    return f"There is no command `airflow {given}`{hint} See: airflow --help"
