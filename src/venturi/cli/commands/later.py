"""Commands of Airflow that a later version brings."""

import argparse
from typing import NoReturn

from venturi.cli.table.model import Command
from venturi.core.errors import VenturiError


class ComesLater(VenturiError):
    """The command is known and not here yet."""


def say_later(command: Command) -> NoReturn:
    """Raise `ComesLater` for a command."""
    raise ComesLater(f"`airflow {' '.join(command.words)}` comes with a later version of Venturi.")


def later(_args: argparse.Namespace) -> NoReturn:
    """Stands for all of them in the table."""
    raise ComesLater("This command comes with a later version of Venturi.")
