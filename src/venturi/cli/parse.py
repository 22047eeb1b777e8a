"""The parser of one command: nobody pays for the others."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from venturi.cli.table.model import Arg, Command


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, with the way to the help."""

    def error(self, message: str) -> NoReturn:
        """Leave with exit code 2."""
        self.exit(2, f"{message[:1].upper()}{message[1:]}. See: {self.prog} --help\n")


def parse(command: Command, rest: Sequence[str], prog: str = "airflow") -> argparse.Namespace:
    """The arguments of a command. Exits with 2 and a sentence when they are not right."""
    parser = parser_of(command, prog)
    given = [_dashed(word) for word in _before_double_dash(rest)]
    after = list(rest[len(given) :])[1:]
    # Intermixed: `list-runs --state failed my_dag` as well as `list-runs my_dag --state failed`.
    args, unknown = parser.parse_known_intermixed_args([*given, *_as_places(after)])
    if unknown:
        parser.error(f"unknown argument: {' '.join(map(_shown, unknown))}")
    for name, value in vars(args).items():
        setattr(args, name, _plain(value))
    return args


#: Marks words behind `--`, which are places and never flags.
_MARK = "\0"


def _as_places(words: Sequence[str]) -> list[str]:
    return [_MARK + word if word.startswith("-") else word for word in words]


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.removeprefix(_MARK) if isinstance(value, str) else value


def _shown(word: str) -> str:
    return word.removeprefix(_MARK)


def _before_double_dash(rest: Sequence[str]) -> list[str]:
    return list(rest[: rest.index("--")]) if "--" in rest else list(rest)


def _dashed(word: str) -> str:
    """`--dag_id=x_y` as `--dag-id=x_y`."""
    if not word.startswith("--"):
        return word
    name, separator, value = word.partition("=")
    return name.replace("_", "-") + separator + value


def parser_of(command: Command, prog: str = "airflow") -> Parser:
    """The parser of a command."""
    spelled = f"Also: {prog} " + f", {prog} ".join(command.old) if command.old else ""
    parser = Parser(
        prog=f"{prog} {' '.join(command.words)}",
        description=command.help + ".",
        epilog="\n".join(text for text in (command.more, spelled) if text) or None,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for arg in command.args:
        _add(parser, arg)
    return parser


def _add(parser: argparse.ArgumentParser, arg: Arg) -> None:
    how: dict[str, Any] = {"help": arg.help.replace("%", "%%"), "default": arg.default}
    names = ("dest", "action", "type", "choices", "nargs", "metavar")
    how |= {name: getattr(arg, name) for name in names if getattr(arg, name) is not None}
    if arg.type is not None and arg.is_positional:
        how["type"] = _unmarked(arg.type)
    if arg.required:
        how["required"] = True
    parser.add_argument(*arg.flags, **how)


def _unmarked(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """`read` for a word that may be marked as behind `--`."""

    def reading(text: str) -> Any:
        return read(text.removeprefix(_MARK))

    reading.__name__ = getattr(read, "__name__", "value")  # argparse names it in its sentence
    return reading
