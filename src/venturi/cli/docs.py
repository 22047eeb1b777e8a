"""`docs/commands.md` from the table: `python -m venturi.cli.docs docs/commands.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from venturi.cli.table.all import COMMANDS, GROUPS
from venturi.cli.table.model import Arg, Command

_HEAD = """\
# Commands

<!-- Made from the table of commands by `python -m venturi.cli.docs`; change the table. -->

The program is called `airflow`, and `venturi`: the two are the same. Commands, options and their
spellings of the Airflow lines 1.x, 2.x and 3.x are understood side by side: `trigger_dag` and
`dags trigger`, `--exec_date`, `--exec-date` and `--logical-date`, `variables -s KEY VALUE` and
`variables set KEY VALUE`. Long options may be cut short and written with dashes or underscores.

Lists take `-o table|json|yaml|plain`; JSON and YAML have every value, with its type. A command
exits with 0, with 1 and one sentence on standard error when it cannot be done, with 2 when its
arguments are not right. Completion on the shell: `eval "$(register-python-argcomplete airflow)"`.
"""


def commands_page() -> str:
    """The text of the page."""
    return "\n".join([_HEAD, *_lines()])


def _lines() -> Iterator[str]:
    title = ""
    shown = [command for command in COMMANDS if not command.hidden]
    for command in sorted(shown, key=lambda command: len(command.words)):  # keeps their order
        group = GROUPS[command.words[0]] if len(command.words) == 2 else "The installation"
        if group != title:
            yield f"## {group}\n"
            title = group
        yield from _about(command)


def _about(command: Command) -> Iterator[str]:
    yield f"### airflow {' '.join(command.words)}\n"
    yield f"{command.help}.{' ' + command.more if command.more else ''}"
    if command.old:
        yield f"Also spelled {', '.join(f'`airflow {old}`' for old in command.old)}."
    yield ""
    rows = [arg for arg in command.args if arg.flags[0] != "-v"]
    if rows:
        yield "| Argument | Meaning |"
        yield "| --- | --- |"
        yield from (f"| {_names(arg)} | {arg.help.replace('|', chr(92) + '|')} |" for arg in rows)
        yield ""


def _names(arg: Arg) -> str:
    if arg.is_positional:
        shown = arg.metavar if isinstance(arg.metavar, str) else arg.flags[0]
        optional = " (may be left out)" if arg.nargs == "?" else ""
        return f"`{shown}`{optional}".replace("|", "\\|")
    return ", ".join(f"`{flag}`" for flag in arg.flags)


def main() -> None:
    """Write the page to the file named on the command line."""
    Path(sys.argv[1]).write_text(commands_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
