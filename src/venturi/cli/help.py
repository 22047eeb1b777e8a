"""The overview of all commands, and of a group."""

from collections.abc import Sequence

from venturi.cli.table.all import COMMANDS, GROUPS
from venturi.cli.table.model import Command

_HEAD = """\
usage: {prog} COMMAND [ARGUMENTS]

Venturi runs workflows written as Airflow DAG files. Every command of the 1.x, 2.x and 3.x lines is
understood; `{prog} COMMAND --help` says more about one, `{prog} cheat-sheet` shows all.
"""


def overview(prog: str) -> str:
    """What `airflow --help` prints."""
    single = [command for command in _shown(COMMANDS) if len(command.words) == 1]
    groups = dict.fromkeys(c.words[0] for c in _shown(COMMANDS) if len(c.words) == 2)
    rows = [(name, GROUPS.get(name, "")) for name in groups]
    return "\n".join(
        [
            _HEAD.format(prog=prog),
            "Commands:",
            *_lines([(c.words[0], c.help) for c in single]),
            "",
            "Groups of commands:",
            *_lines(rows),
            "",
        ]
    )


def group_overview(prog: str, group: str) -> str:
    """What `airflow dags --help` prints."""
    rows = [(c.words[1], c.help) for c in _shown(COMMANDS) if c.words[0] == group and c.words[1:]]
    return "\n".join(
        [
            f"usage: {prog} {group} COMMAND [ARGUMENTS]",
            "",
            f"{GROUPS.get(group, group)}.",
            "",
            "Commands:",
            *_lines(rows),
            "",
            f"`{prog} {group} COMMAND --help` says more about one.",
            "",
        ]
    )


def cheat_sheet(prog: str) -> str:
    """All commands on one page, with their old spellings."""
    lines: list[str] = []
    title = ""
    for command in _shown(COMMANDS):
        group = command.words[0] if len(command.words) == 2 else ""
        if group != title or not lines:
            lines += ["", GROUPS.get(group, "Commands")]
            title = group
        also = f"  (also: {', '.join(command.old)})" if command.old else ""
        lines.append(f"  {prog} {' '.join(command.words):<30} {command.help}{also}")
    return "\n".join(lines[1:]) + "\n"


def _shown(commands: Sequence[Command]) -> list[Command]:
    return [command for command in commands if not command.hidden]


def _lines(rows: Sequence[tuple[str, str]]) -> list[str]:
    width = max(len(name) for name, _ in rows)
    return [f"  {name:<{width}}  {text}" for name, text in rows]
