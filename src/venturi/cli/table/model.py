"""What a command is: a row of the table. `NamedTuple`s, as every start of `airflow` pays them."""

from collections.abc import Callable
from typing import Any, NamedTuple


class Arg(NamedTuple):
    """An argument as `argparse` takes it; long options are written with dashes only.

    The parser accepts underscores for dashes in long options, as the 1.x line wrote them.
    """

    flags: tuple[str, ...]
    help: str = ""
    dest: str | None = None
    action: str | None = None
    default: Any = None
    type: Callable[[str], Any] | None = None
    choices: tuple[str, ...] | None = None
    nargs: str | int | None = None
    metavar: str | tuple[str, ...] | None = None
    required: bool = False

    @property
    def is_positional(self) -> bool:
        """Whether it is told by its place and not by a flag."""
        return not self.flags[0].startswith("-")


class Command(NamedTuple):
    """A command.

    `run` names its function, `module:name`; it gets the parsed arguments and returns an exit code
    or None. `old` are whole spellings that mean the same, words separated by spaces.
    """

    words: tuple[str, ...]
    help: str
    run: str
    args: tuple[Arg, ...] = ()
    old: tuple[str, ...] = ()
    #: not in the overview: an old form with flags, or a command of a later version
    hidden: bool = False
    #: shown below its arguments
    more: str = ""

    @property
    def takes_place(self) -> bool:
        """Whether it needs an argument that is told by its place."""
        return any(arg.is_positional and arg.nargs is None for arg in self.args)


def flag(*flags: str, help: str = "", dest: str | None = None) -> Arg:
    """An option without a value."""
    return Arg(flags, help, dest=dest, action="store_true", default=False)


def option(*flags: str, help: str = "", **how: Any) -> Arg:
    """An option with a value."""
    return Arg(flags, help, **how)


def place(name: str, help: str = "", **how: Any) -> Arg:
    """An argument told by its place."""
    return Arg((name,), help, **how)
