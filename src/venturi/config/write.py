"""`airflow.cfg` on first use: short, commented, private, and never over an existing one."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from venturi.config.errors import ConfigError
from venturi.config.generated import create, key_file, random_secret
from venturi.config.options import GENERATED, Option
from venturi.config.paths import config_file, home
from venturi.config.table.all import OPTIONS, sections

_HEAD = """\
# Configuration of Venturi, made on first use. Change what you like; a line that you remove
# falls back to its default. The variable AIRFLOW__SECTION__KEY overrules any line.
# All options: docs/configuration.md, or `airflow config list`. Keep this file to yourself: it
# holds keys.
"""

_WIDTH = 96


def write_first_config(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Make the home folder, its `dags` folder and `airflow.cfg` where they are missing.

    Returns the file when this call wrote it (mode 0600), None when there was one: of several
    processes that start at once exactly one writes. Raises `ConfigError` when a folder or the
    file cannot be made.
    """
    file = config_file(environ)
    if file.exists():
        return None
    folder = home(environ)
    for needed in (folder, file.parent, folder / "dags"):
        try:
            needed.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"The folder {needed} cannot be made ({error.strerror}); set AIRFLOW_HOME to a "
                "folder that this user may write."
            ) from error
    return file if create(file, first_config(folder)) else None


def first_config(folder: Path) -> str:
    """The text of a new `airflow.cfg` for the home `folder`, with fresh keys."""
    blocks = [_HEAD]
    for section in sections():
        rows = [option for option in OPTIONS if option.section == section and option.starter]
        if rows:
            blocks.append(f"[{section}]\n" + "\n".join(_lines(rows, folder)))
    return "\n".join(blocks)


def _lines(rows: list[Option], folder: Path) -> Iterator[str]:
    for option in rows:
        yield from _comment(option)
        if option.default == GENERATED:
            yield f"{option.key} = {_own_secret(folder, option)}"
        elif option.default is None:
            yield f"# {option.key} ="
        else:
            value = option.default.replace("{AIRFLOW_HOME}", str(folder)).replace("%", "%%")
            yield f"{option.key} = {value}".rstrip()
        yield ""


def _own_secret(folder: Path, option: Option) -> str:
    """The key this installation already uses, or a new one."""
    try:
        return key_file(folder, option.name).read_text().strip()
    except OSError:
        return random_secret()


def _comment(option: Option) -> Iterator[str]:
    import textwrap

    for line in textwrap.wrap(option.help, _WIDTH):
        yield f"# {line}"
    if option.example is not None:
        yield f"# Example: {option.example}"
