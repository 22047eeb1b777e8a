"""Version, environment, help."""

import argparse


def version(_args: argparse.Namespace) -> None:
    """Print the version of Venturi."""
    print(venturi_version())


def venturi_version() -> str:
    """The version of the installed distribution, or of this source tree."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("venturi")
    except PackageNotFoundError:
        return "0+unknown"


def cheat_sheet(_args: argparse.Namespace) -> None:
    """Print all commands on one page."""
    from venturi.cli.help import cheat_sheet as page

    print(page("airflow"), end="")
