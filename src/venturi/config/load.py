"""From the environment and `airflow.cfg` to settings: what wins and what is wrong.

For each option the first of these counts: the variable `AIRFLOW__SECTION__KEY`, its `_CMD`, its
`_SECRET`, the line in the file, its `_cmd`, its `_secret`, the default. A present name comes before
an old one, except that a line which only restates the default does not overrule an old name: a
generated file lists defaults, and people add the lines they know.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from venturi.config.entries import Entry, How, environment_entries, file_entries
from venturi.config.errors import ConfigError, Notice
from venturi.config.generated import KNOWN_SECRETS, PLACEHOLDERS
from venturi.config.names import Meaning, UnknownName, meaning_of
from venturi.config.options import GENERATED, OptionName
from venturi.config.paths import config_file, expand, home
from venturi.config.remarks import Claim, remarks
from venturi.config.values import checked, to_list

#: Where a value came from: "env" and "cfg" as written, "cmd" from a command, "secret" from the
#: secrets backend (the last two whether the environment or the file named them), "default".
Source = Literal["env", "cfg", "cmd", "secret", "default"]

_EXTRA_SECTIONS = OptionName("venturi", "extra_sections")

#: The order in which an option's sources are asked, best first, with the name of each.
_RANKS: dict[tuple[str, How], tuple[int, Source]] = {
    ("env", "value"): (0, "env"),
    ("env", "command"): (1, "cmd"),
    ("env", "secret"): (2, "secret"),
    ("cfg", "value"): (3, "cfg"),
    ("cfg", "command"): (4, "cmd"),
    ("cfg", "secret"): (5, "secret"),
}


class Setting(NamedTuple):
    """What was said about one option, by the source that counts."""

    #: The value, the command, or the name the secrets backend knows it by.
    text: str
    how: How
    source: Source
    #: Where it stands, to begin a sentence with.
    where: str


class Loaded(NamedTuple):
    """The configuration as read: only what somebody set."""

    home: Path
    #: Where `airflow.cfg` is or would be.
    file: Path
    settings: Mapping[OptionName, Setting]
    notices: tuple[Notice, ...]


def load(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Loaded:
    """Read the configuration; nothing is written and no command is run.

    Raises `ConfigError` with one sentence per mistake, each naming the file and line or the
    variable, and the closest known option.
    """
    folder = home(environ)
    file = file or config_file(environ)
    entries = [*environment_entries(environ), *file_entries(file)]
    extra_sections = _extra_sections(entries)
    mistakes: dict[str, str] = {}
    claims: dict[OptionName, list[Claim]] = {}
    for entry in entries:
        try:
            meaning = meaning_of(entry.name, extra_sections)
        except UnknownName as unknown:
            mistakes[entry.where] = str(unknown)
            continue
        claims.setdefault(meaning.name, []).append(_claim(entry, meaning, folder, environ))
    settings: dict[OptionName, Setting] = {}
    for name, rivals in claims.items():
        rivals.sort(key=lambda claim: (_sets_nothing(claim), claim.rank))
        best = rivals[0]
        if _sets_nothing(best):
            continue
        try:
            settings[name] = _setting(best)
        except ValueError as reason:
            mistakes[best.entry.where] = f"{best.entry.name} {reason}{_got(best)}."
    if mistakes:
        places = [entry.where for entry in entries if entry.where in mistakes]
        raise ConfigError(*(f"{place}: {mistakes[place]}" for place in places))
    return Loaded(folder, file, settings, remarks(claims, folder))


def resolved(text: str, folder: Path, environ: Mapping[str, str]) -> str:
    """`text` with `{AIRFLOW_HOME}`, `~` and `$NAME` replaced."""
    return expand(text.replace("{AIRFLOW_HOME}", str(folder)), environ)


def _extra_sections(entries: Iterable[Entry]) -> frozenset[str]:
    return frozenset(
        section.lower()
        for entry in entries
        if entry.name == _EXTRA_SECTIONS
        for section in to_list(entry.text)
    )


def _claim(entry: Entry, meaning: Meaning, folder: Path, environ: Mapping[str, str]) -> Claim:
    """The entry with its final text and its place in the order."""
    text = entry.text
    restated = False
    if meaning.how == "value":
        text = resolved(text, folder, environ)
        default = meaning.option.default if meaning.option is not None else None
        restated = (
            not meaning.renamed
            and default is not None
            and text == resolved(default, folder, environ)
        )
    rank, _ = _RANKS[entry.origin, meaning.how]
    return Claim(entry, meaning, (rank, restated, meaning.renamed), text)


def _sets_nothing(claim: Claim) -> bool:
    """Whether the entry leaves its option as it is.

    Empty text is a value only for strings, lists and paths. A key that is empty or published in
    examples would sign for everybody, so a random one takes its place; an empty Fernet key is
    Airflow's way to switch encryption off.
    """
    option = claim.meaning.option
    if option is None or claim.meaning.how != "value":
        return False
    if option.default == GENERATED:
        if claim.text in PLACEHOLDERS or claim.text in KNOWN_SECRETS:
            return True
        return not claim.text and option.check != "fernet_key"
    return not claim.text and option.type not in {"string", "list", "path"}


def _setting(claim: Claim) -> Setting:
    """Raises ValueError with the reason when the text is not what its option takes."""
    option, how = claim.meaning.option, claim.meaning.how
    text = claim.text if option is None or how != "value" else checked(option, claim.text)
    _, source = _RANKS[claim.entry.origin, how]
    return Setting(text, how, source, claim.entry.where)


def _got(claim: Claim) -> str:
    """The end of the sentence: what stands there, unless that is a secret."""
    option = claim.meaning.option
    return "" if option is None or option.secret else f", not `{claim.text}`"
