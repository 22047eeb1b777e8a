"""DAG versions, and their graphs compiled once."""

from collections import OrderedDict
from typing import NamedTuple

import msgspec
from sqlalchemy import insert, select, update

from venturi.core.attempts import FileRef
from venturi.core.clock import Instant
from venturi.spec.codec import decode, encode, structure_hash
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag_version


class Version(NamedTuple):
    """A DAG version as the engine uses it."""

    id: int
    number: int
    graph: Graph
    file: FileRef
    open_because: str | None


class Versions:
    """Versions by id, the recently used ones in memory."""

    def __init__(self, keep: int = 10_000) -> None:
        self._known: OrderedDict[int, Version] = OrderedDict()
        self._keep = keep

    def get(self, tx: Tx, version_id: int) -> Version:
        """The version with this id. Raises `KeyError` when there is none."""
        known = self._known.get(version_id)
        if known is not None:
            self._known.move_to_end(version_id)
            return known
        table = dag_version
        row = tx.execute(select(table).where(table.c.id == version_id)).first()
        if row is None:
            raise KeyError(version_id)
        version = Version(
            row.id,
            row.version_number,
            Graph(decode(row.spec)),
            FileRef(path=row.fileloc or "", key=row.file_key, root=row.bundle_name or ""),
            row.open_because,
        )
        self.put(version)
        return version

    def find(self, tx: Tx, version_id: int | None) -> Version | None:
        """The version with this id; None when its row is gone or is not one of ours.

        People delete rows, and upgrades change them: that must not hold up anything else.
        """
        try:
            return None if version_id is None else self.get(tx, version_id)
        except (KeyError, msgspec.DecodeError):
            return None

    def put(self, version: Version) -> None:
        """Remember a version."""
        self._known[version.id] = version
        if len(self._known) > self._keep:
            self._known.popitem(last=False)


def store_version(
    tx: Tx,
    spec: DagSpec,
    file: FileRef,
    open_because: str | None,
    source_hash: str | None,
    now: Instant,
) -> Version:
    """The DAG's newest version if its structure is the same, else a new one.

    An unchanged structure keeps its number although the file was read again: only what the runner
    needs to find the file, and what changes by itself (dates, docs), is brought up to date.
    """
    table = dag_version
    digest = structure_hash(spec, is_open=open_because is not None)
    newest = tx.execute(
        select(table.c.id, table.c.version_number, table.c.structure_hash)
        .where(table.c.dag_id == spec.dag_id)
        .order_by(table.c.version_number.desc())
        .limit(1)
    ).first()
    changing = {
        "spec": encode(spec),
        "file_key": file.key,
        "fileloc": file.path,
        "bundle_name": file.root,
        "open_because": open_because,
        "source_hash": source_hash,
        "last_updated": now,
    }
    if newest is not None and newest.structure_hash == digest:
        tx.execute(update(table).where(table.c.id == newest.id).values(**changing))
        return Version(newest.id, newest.version_number, Graph(spec), file, open_because)
    number = 1 + (0 if newest is None else newest.version_number)
    inserted = tx.execute(
        insert(table).values(
            dag_id=spec.dag_id,
            version_number=number,
            structure_hash=digest,
            created_at=now,
            **changing,
        )
    )
    key = inserted.inserted_primary_key
    assert key is not None
    return Version(key[0], number, Graph(spec), file, open_because)
