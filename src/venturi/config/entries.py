"""Everything the environment and `airflow.cfg` say, before anybody asks what it means."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from venturi.config.errors import ConfigError
from venturi.config.ini import parse
from venturi.config.options import OptionName

#: How the text of an entry is to be taken: as the value, as a command whose output is the value,
#: or as the name under which the secrets backend keeps the value.
How = Literal["value", "command", "secret"]

PREFIX = "AIRFLOW__"


class Entry(NamedTuple):
    """One thing said about one option, with the name it was said under."""

    name: OptionName
    text: str
    #: The place as a sentence begins with it: `/home/me/airflow/airflow.cfg, line 12`.
    where: str
    origin: Literal["env", "cfg"]

    @property
    def place(self) -> str:
        """The file, without the line."""
        return self.where.rpartition(", line ")[0] or self.where


def environment_entries(environ: Mapping[str, str]) -> list[Entry]:
    """The `AIRFLOW__SECTION__KEY` variables, in order of their names.

    Names with three underscores belong to Airflow's teams (`AIRFLOW__TEAM___SECTION__KEY`) and
    are left out.
    """
    entries = []
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        section, separator, key = variable[len(PREFIX) :].partition("__")
        if not separator or not section or not key or key.startswith("_"):
            continue
        name = OptionName(section.lower(), key.lower())
        where = f"environment variable {variable}"
        entries.append(Entry(name, environ[variable], where, "env"))
    return entries


def file_entries(file: Path) -> list[Entry]:
    """The options of `file`; none when there is no such file.

    Raises `ConfigError` for a file that cannot be read and for an option that stands twice.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is not UTF-8 text (byte {error.start}).") from error
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}).") from error
    lines = parse(text, str(file))
    first: dict[OptionName, int] = {}
    mistakes = []
    for line in lines:
        name = OptionName(line.section, line.key)
        earlier = first.setdefault(name, line.number)
        if earlier != line.number:
            mistakes.append(
                f"{file}, line {line.number}: {name} already stands on line {earlier}; "
                "remove one of them."
            )
    if mistakes:
        raise ConfigError(*mistakes)
    return [
        Entry(OptionName(line.section, line.key), line.value, f"{file}, line {line.number}", "cfg")
        for line in lines
    ]
