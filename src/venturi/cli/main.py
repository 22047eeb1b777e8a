"""The program `airflow`, also called `venturi`."""

import os
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code: 0, 1 for what cannot be done, 2 for what cannot be meant."""
    from venturi.cli.find import UnknownCommand
    from venturi.core.errors import VenturiError

    words = list(sys.argv[1:] if argv is None else argv)
    prog = "venturi" if os.path.basename(sys.argv[0]) == "venturi" else "airflow"  # noqa: PTH119
    try:
        return _run(words, prog)
    except UnknownCommand as error:
        print(error, file=sys.stderr)
        return 2
    except VenturiError as error:
        _flush()
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except SystemExit as error:
        if isinstance(error.code, int) or error.code is None:
            return error.code or 0
        print(error.code, file=sys.stderr)
        return 1
    except Exception as error:
        if not type(error).__module__.startswith("sqlalchemy."):
            raise
        # A full disk, a server that went away, a file that may not be written.
        reason = " ".join(str(getattr(error, "orig", None) or error).split())
        print(f"The database did not do what was asked: {reason}", file=sys.stderr)
        return 1


def _run(words: list[str], prog: str) -> int:
    from venturi.cli.find import find
    from venturi.cli.table.all import COMMANDS

    if "_ARGCOMPLETE" in os.environ:
        from venturi.cli.complete import complete

        complete(prog)
    found = find(words, COMMANDS)
    if found.command is None:
        from venturi.cli.help import group_overview, overview

        print(group_overview(prog, found.group) if found.group else overview(prog))
        return 0
    if found.command.run.endswith(":later"):
        from venturi.cli.commands.later import say_later

        say_later(found.command)
    from venturi.cli.parse import parse

    args = parse(found.command, found.rest, prog)
    module, _, name = found.command.run.partition(":")
    code: int | None = getattr(_imported(module), name)(args)
    _flush()
    return code or 0


def _imported(module: str) -> object:
    from importlib import import_module

    return import_module(module)


def _flush() -> None:
    """Errors of a closed pipe belong to the command, not to the end of the interpreter."""
    sys.stdout.flush()
