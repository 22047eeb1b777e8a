"""The source of each condition of a DAG file, so that a run can finish on the code it began with.

A bundle is the DAG file and every file of the user's that its import used, below the DAG folder,
stored by content. It is laid out again (`lay_out`) only when somebody needs it: when the file on
disk has changed or gone while a run of the old version is still active (rule R9).
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert, select

from venturi.core.attempts import FileRef
from venturi.core.clock import Instant
from venturi.core.errors import VenturiError
from venturi.core.messages import Loaded
from venturi.core.worker_messages import Bundle
from venturi.store.dags import path_hash, put_source
from venturi.store.engine import Tx
from venturi.store.schema.dags import bundle_file, dag_code

#: Larger files are data and not code: a run finds them where they are now.
LARGEST = 1 << 20
#: Of the files beside a DAG file, so much goes along with it to other machines.
BESIDE_FILES = 500
BESIDE_BYTES = 8 << 20


class HasMoved(VenturiError):
    """The DAG file is not what was read any more: it must not be kept under the key of that."""


def put_bundle(
    tx: Tx, loaded: Loaded, now: Instant, is_same: Callable[[], bool] = lambda: True
) -> str | None:
    """Keep the files that a DAG file in this condition consists of, unless they are kept already.

    The hash of the DAG file's own text, None when it is no text (a zip archive). Raises `HasMoved`
    when the file `is_same` no more once it was read here.
    """
    file = loaded.file
    known = tx.execute(
        select(bundle_file.c.path_hash, bundle_file.c.source_hash).where(
            bundle_file.c.file_key == file.key
        )
    ).all()
    own = path_hash(_below(file.path, file.root) or file.path)
    if known:
        return next((row.source_hash for row in known if row.path_hash == own), None)
    real_root = os.path.realpath(file.root)
    rows = {}
    for path in dict.fromkeys([file.path, *(path for path, _ in loaded.depends)]):
        relative = _below(path, file.root) or _below(path, real_root)
        if path == file.path:
            relative = relative or path
        source = _text(path) if relative else None
        if relative is None or source is None or path_hash(relative) in rows:
            continue
        rows[path_hash(relative)] = {
            "file_key": file.key,
            "path_hash": path_hash(relative),
            "path": relative,
            "source_hash": put_source(tx, path, source, now),
        }
    if not is_same():
        raise HasMoved(f"{file.path} has changed while it was being taken in.")
    if rows:
        tx.execute(insert(bundle_file), list(rows.values()))
    return str(rows[own]["source_hash"]) if own in rows else None


def lay_out(tx: Tx, file: FileRef, folder: Path) -> FileRef | None:
    """Write a bundle below `folder`; the reference to its DAG file, None when it was not kept."""
    rows = tx.execute(
        select(bundle_file.c.path, dag_code.c.source_code)
        .join(dag_code, dag_code.c.source_hash == bundle_file.c.source_hash)
        .where(bundle_file.c.file_key == file.key)
    ).all()
    relative = _below(file.path, file.root)
    if relative is None or relative not in {row.path for row in rows}:
        return None
    root = folder / file.key
    for row in rows:
        target = root / row.path
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(row.source_code, encoding="utf-8", errors="surrogateescape")
    return FileRef(path=str(root / relative), key=file.key, root=str(root))


def bundle_of(tx: Tx, file: FileRef, have: str = "") -> Bundle:
    """A DAG file in one condition, with everything it needs, for a machine that has no DAG folder.

    To the code it was read with come the other small files of its folder as they are now: templates
    of SQL and shell are read when a task runs, by name. Nothing but the digest when that is `have`.
    """
    rows = tx.execute(
        select(bundle_file.c.path, dag_code.c.source_code)
        .join(dag_code, dag_code.c.source_hash == bundle_file.c.source_hash)
        .where(bundle_file.c.file_key == file.key)
    ).all()
    relative = _below(file.path, file.root) or Path(file.path).name
    files = _beside(file, relative)
    files |= {row.path: row.source_code.encode("utf-8", "surrogateescape") for row in rows}
    if relative not in files:
        with suppress(OSError):  # an archive, which is kept in no row
            files[relative] = Path(file.path).read_bytes()
    if relative not in files:
        return Bundle(file=file, error=f"The DAG file {file.path} is gone, and no copy was kept.")
    ordered = tuple(sorted(files.items()))
    digest = hashlib.sha256(repr(ordered).encode()).hexdigest()[:32]
    return Bundle(file=file, digest=digest, files=() if digest == have else ordered)


def _beside(file: FileRef, relative: str) -> dict[str, bytes]:
    """Files that are no Python, in the folder of a DAG file and below."""
    found: dict[str, bytes] = {}
    size = 0
    folder, inner = os.path.dirname(file.path), os.path.dirname(relative)
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__pycache__")))
        for name in sorted(names):
            path = os.path.join(base, name)
            if name.endswith((".py", ".pyc", ".zip")) or name.startswith("."):
                continue
            with suppress(OSError):
                length = os.path.getsize(path)
                size += length
                if length > LARGEST or size > BESIDE_BYTES or len(found) >= BESIDE_FILES:
                    continue
                place = os.path.normpath(os.path.join(inner, os.path.relpath(path, folder)))
                found[place] = Path(path).read_bytes()
    return found


def _below(path: str, root: str) -> str | None:
    """The path from `root`, None when it does not lie below."""
    if not root:
        return None
    relative = os.path.relpath(path, root)
    return None if relative.startswith("..") else relative


def _text(path: str) -> str | None:
    try:
        if os.path.getsize(path) > LARGEST:
            return None
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
