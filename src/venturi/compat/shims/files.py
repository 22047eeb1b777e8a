"""`airflow.utils.file`: DAG files and archives."""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from io import TextIOWrapper
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

__all__ = [
    "TemporaryDirectory",
    "correct_maybe_zipped",
    "get_unique_dag_module_name",
    "list_py_file_paths",
    "mkdirs",
    "open_maybe_zipped",
]

_ZIPPED = re.compile(rf"((.*\.zip){re.escape(os.sep)})?(.*)")


def mkdirs(path: str, mode: int) -> None:
    """Make a folder and those above it."""
    Path(path).mkdir(mode=mode, parents=True, exist_ok=True)


def correct_maybe_zipped(fileloc: Any) -> Any:
    """The archive of `archive.zip/file.py`, anything else as it is."""
    archive, _ = _split(fileloc)
    return archive or fileloc


def open_maybe_zipped(fileloc: str, mode: str = "r") -> IO[str]:
    """Open a text file, also one inside a zip archive."""
    archive, member = _split(fileloc)
    if archive:
        return TextIOWrapper(zipfile.ZipFile(archive).open(member), encoding="utf-8")
    return Path(fileloc).open(mode, encoding="utf-8")


def _split(fileloc: Any) -> tuple[str | None, str]:
    found = _ZIPPED.match(str(fileloc)) if fileloc else None
    if found and found.group(2) and zipfile.is_zipfile(found.group(2)):
        return found.group(2), found.group(3)
    return None, str(fileloc)


def get_unique_dag_module_name(file_path: str) -> str:
    """A module name for a DAG file that no other file has."""
    digest = hashlib.sha1(file_path.encode(), usedforsecurity=False).hexdigest()
    return f"unusual_prefix_{digest}_{Path(file_path).stem}"


def list_py_file_paths(
    directory: str | os.PathLike[str] | None,
    safe_mode: bool = True,
    include_examples: bool = False,  # noqa: ARG001
) -> list[str]:
    """The Python files and archives below a folder; with `safe_mode` only likely DAG files."""
    if directory is None:
        return []
    if Path(directory).is_file():
        return [str(directory)]
    return sorted(str(file) for file in _candidates(Path(directory), safe_mode))


def _candidates(directory: Path, safe_mode: bool) -> Iterator[Path]:
    for folder, _, names in os.walk(directory, followlinks=True):
        for name in names:
            file = Path(folder, name)
            if file.suffix == ".zip" or (
                file.suffix == ".py" and (not safe_mode or might_contain_dag(str(file)))
            ):
                yield file


def might_contain_dag(file_path: str, safe_mode: bool = True) -> bool:
    """Whether the text of a file has both "dag" and "airflow" in it."""
    if not safe_mode or file_path.endswith(".zip"):
        return True
    text = Path(file_path).read_bytes().lower()
    return b"airflow" in text and (b"dag" in text or b"asset" in text)
