"""The DAG files of a folder: subfolders, symlinks, .airflowignore, zip archives, safe mode."""

import os
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from venturi.dagfiles.ignore import Rule, is_ignored, read_rules

#: In safe mode a file must contain both words to be worth importing, as Airflow has it.
WORDS = (b"dag", b"airflow")
#: More of a file than this is not searched for the words: it is taken for a DAG file.
_SEARCHED = 4 << 20


def find_files(
    folder: Path,
    *,
    syntax: str = "glob",
    safe_mode: bool = True,
    is_known: Callable[[str], bool] = lambda _path: False,
) -> Iterator[str]:
    """Absolute paths of the DAG files below `folder`, in a stable order.

    A file that `is_known` is not opened to see what it is. Symlinks to files and folders are
    followed, each real folder once (links may form circles). The path of a linked file is the one
    below `folder`, as people wrote it.
    """
    if folder.is_file():
        yield str(folder)
        return
    yield from _walk(folder, [], _Look(syntax, safe_mode, is_known), set())


class _Look(NamedTuple):
    """How to look."""

    syntax: str
    safe_mode: bool
    is_known: Callable[[str], bool]


def _walk(folder: Path, rules: list[Rule], look: _Look, seen: set[str]) -> Iterator[str]:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    rules = [*rules, *read_rules(folder, look.syntax)]
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = folder / entry.name
        try:
            is_folder = entry.is_dir()
        except OSError:
            continue
        if entry.name.startswith(".") or is_ignored(path, is_folder, rules):
            continue
        if is_folder:
            if entry.name != "__pycache__":
                yield from _walk(path, rules, look, seen)
        elif entry.is_file() and (look.is_known(str(path)) or is_dag_file(path, look.safe_mode)):
            yield str(path)


def is_dag_file(path: Path, safe_mode: bool) -> bool:
    """Whether a file may define DAGs, without importing it."""
    if path.suffix == ".py":
        return not safe_mode or _has_words(path)
    return path.suffix == ".zip" and zipfile.is_zipfile(path)


def _has_words(path: Path) -> bool:
    try:
        with open(path, "rb") as file:
            content = file.read(_SEARCHED + 1).lower()
    except OSError:
        return False
    return len(content) > _SEARCHED or all(word in content for word in WORDS)


def linked_folders(folder: Path) -> set[str]:
    """Real folders that symlinks below `folder`, and below those, lead to: to be watched too."""
    found: set[str] = set()
    pending = [str(folder)]
    while pending:
        for base, folders, files in os.walk(pending.pop(), followlinks=False):
            for name in (*folders, *files):
                path = os.path.join(base, name)
                if not os.path.islink(path):
                    continue
                real = os.path.realpath(path)
                if os.path.isdir(real):
                    if real not in found:
                        pending.append(real)
                    found.add(real)
                elif os.path.isfile(real):
                    found.add(os.path.dirname(real))
    return found
