"""Completion on the shell: `eval "$(register-python-argcomplete airflow)"`."""

import argparse

from venturi.cli.parse import parser_of
from venturi.cli.table.all import COMMANDS


def complete(prog: str) -> None:
    """Answer the shell; does not return when it asked. Builds all parsers, so only then."""
    import argcomplete

    parser = argparse.ArgumentParser(prog=prog)
    top = parser.add_subparsers()
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for command in COMMANDS:
        if command.hidden:
            continue
        first, *second = command.words
        made = parser_of(command, prog)
        if not second:
            top.add_parser(first, help=command.help, parents=[made], add_help=False)
            continue
        if first not in groups:
            groups[first] = top.add_parser(first).add_subparsers()
        groups[first].add_parser(second[0], help=command.help, parents=[made], add_help=False)
    argcomplete.autocomplete(parser)
