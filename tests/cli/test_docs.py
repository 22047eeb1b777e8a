"""The page of all commands says what the table says."""

from pathlib import Path

from venturi.cli.docs import commands_page
from venturi.cli.table.all import COMMANDS

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == commands_page(), "run: python -m venturi.cli.docs docs/commands.md"


def test_every_argument_is_explained() -> None:
    mute = [
        (command.words, arg.flags)
        for command in COMMANDS
        if not command.hidden
        for arg in command.args
        if not arg.help
    ]
    assert mute == []


def test_help_texts_are_phrases_without_a_full_stop() -> None:
    wrong = [command.words for command in COMMANDS if command.help.endswith(".")]
    assert wrong == []
