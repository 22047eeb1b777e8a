"""What is worth saying about a configuration that works."""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from venturi.config.entries import Entry
from venturi.config.errors import Notice
from venturi.config.generated import KNOWN_SECRETS, PLACEHOLDERS, SHORTEST_SECRET, is_weak
from venturi.config.names import Meaning
from venturi.config.options import GENERATED, OptionName

_AIRFLOW_HOME = OptionName("core", "airflow_home")


class Claim(NamedTuple):
    """One thing said about an option, with its meaning, its final text and its rank."""

    entry: Entry
    meaning: Meaning
    #: Source, restates the default, said under an old name; the least one counts.
    rank: tuple[int, bool, bool]
    text: str


def remarks(claims: Mapping[OptionName, list[Claim]], folder: Path) -> tuple[Notice, ...]:
    """The notices for `claims`, each option's best claim first; `folder` is the home."""
    notices = [*_unused(claims)]
    for rivals in claims.values():
        notices += _renamed(rivals)
        notices += _weak(rivals[0])
    notices += _home(claims, folder)
    return tuple(notices)


def readable_secrets(file: Path, has_secrets: bool) -> tuple[Notice, ...]:
    """A notice when everybody on the machine can read the secrets in `file`."""
    try:
        status = file.stat()
    except OSError:
        return ()
    if not has_secrets or not status.st_mode & stat.S_IROTH or status.st_uid != os.getuid():
        return ()
    text = f"{file} holds secrets and everybody on this machine can read it: chmod 600 {file}"
    return (Notice("secret", text),)


def _unused(claims: Mapping[OptionName, list[Claim]]) -> Iterator[Notice]:
    """One notice per place for all that means nothing here: files of old lines have dozens."""
    names: dict[str, list[str]] = {}
    for rivals in claims.values():
        for entry, meaning, _, _ in rivals:
            if meaning.unused:
                place = "environment" if entry.origin == "env" else entry.place
                names.setdefault(place, []).append(str(entry.name))
    for place, found in names.items():
        count = "1 option is" if len(found) == 1 else f"{len(found)} options are"
        listed = ", ".join(found)
        yield Notice("unused", f"{place}: {count} known to Airflow but not needed here: {listed}.")


def _renamed(rivals: list[Claim]) -> Iterator[Notice]:
    """What to say about old names among the claims for one option."""
    best = rivals[0]
    for claim in rivals:
        option, entry = claim.meaning.option, claim.entry
        if option is None or not claim.meaning.renamed:
            continue
        if claim is best:
            old = "this" if entry.origin == "env" else str(entry.name)
            new = option.name.variable if entry.origin == "env" else str(option.name)
            text = f"{entry.where}: {old} is now called {new}; the old name still works."
            yield Notice("renamed", text, f"{entry.name} -> {option.name}")
        elif claim.text != best.text:
            text = f"{entry.where}: {entry.name} is overruled by {best.entry.where}."
            yield Notice("shadowed", text)


def _weak(claim: Claim) -> Iterator[Notice]:
    option, entry = claim.meaning.option, claim.entry
    if option is None or option.default != GENERATED or claim.meaning.how != "value":
        return
    if claim.text in KNOWN_SECRETS:
        text = f"{entry.name} is published in examples; a random one is used instead."
    elif claim.text in PLACEHOLDERS or option.check is not None or not claim.text:
        return
    elif is_weak(claim.text):
        text = f"{entry.name} can be guessed; use {SHORTEST_SECRET} characters or more."
    else:
        return
    yield Notice("secret", f"{entry.where}: {text}")


def _home(claims: Mapping[OptionName, list[Claim]], folder: Path) -> Iterator[Notice]:
    for claim in claims.get(_AIRFLOW_HOME, [])[:1]:
        if Path(os.path.abspath(claim.text)) != folder:  # noqa: PTH100 - links stay as written
            text = f"{_AIRFLOW_HOME} is {claim.text}, but AIRFLOW_HOME is {folder} and counts."
            yield Notice("home", f"{claim.entry.where}: {text}")
