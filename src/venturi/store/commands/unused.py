"""DAG versions and code that nothing needs any more."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, select

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.schema.dags import bundle_file, dag, dag_code, dag_file, dag_version
from venturi.store.schema.runs import dag_run, task_instance


def is_unused_version() -> ColumnElement[bool]:
    """Which versions are neither that of a DAG nor that of a run or task instance."""
    version = dag_version.c
    return ~(
        exists().where(dag.c.version_id == version.id)
        | version.id.in_(select(dag_run.c.version_id).where(dag_run.c.version_id.is_not(None)))
        | exists().where(
            task_instance.c.dag_id == version.dag_id, task_instance.c.dag_version_id == version.id
        )
    )


def delete_unused_versions(tx: Tx, before: Instant, limit: int) -> int:
    """Delete versions that were last used before, and that nothing needs; how many."""
    query = (
        select(dag_version.c.id)
        .where(dag_version.c.last_updated < before, is_unused_version())
        .order_by(dag_version.c.id)
        .limit(limit)
    )
    ids = list(tx.execute(query).scalars())
    if ids:
        tx.execute(delete(dag_version).where(dag_version.c.id.in_(ids)))
    return len(ids)


def delete_unused_code(tx: Tx, before: Instant) -> int:
    """Delete code older than this that belongs to no version and no file; the number of rows.

    A condition of a DAG file goes as a whole, once the youngest of its code is that old.
    """
    young = (
        select(bundle_file.c.file_key)
        .join(dag_code, dag_code.c.source_hash == bundle_file.c.source_hash)
        .where(dag_code.c.last_updated >= before)
    )
    keys = select(bundle_file.c.file_key).where(
        bundle_file.c.file_key.not_in(select(dag_version.c.file_key)),
        bundle_file.c.file_key.not_in(select(dag_file.c.file_key)),
        bundle_file.c.file_key.not_in(young),
    )
    count = _delete_bundles(tx, set(tx.execute(keys.distinct()).scalars()))
    query = select(dag_code.c.source_hash).where(dag_code.c.last_updated < before, _no_use())
    return count + _delete_code(tx, list(tx.execute(query).scalars()))


def delete_code_of(tx: Tx, file_keys: Collection[str]) -> int:
    """Delete these conditions of files, and their code, where nothing else needs them; rows."""
    needed: set[str] = set()
    for column in (dag_version.c.file_key, dag_file.c.file_key):
        needed |= set(tx.execute(select(column).where(column.in_(file_keys))).scalars())
    gone = set(file_keys) - needed
    hashes = set(
        tx.execute(
            select(bundle_file.c.source_hash).where(bundle_file.c.file_key.in_(gone))
        ).scalars()
    )
    count = _delete_bundles(tx, gone)
    query = select(dag_code.c.source_hash).where(dag_code.c.source_hash.in_(hashes), _no_use())
    return count + _delete_code(tx, list(tx.execute(query).scalars()))


def _no_use() -> ColumnElement[bool]:
    versions = select(dag_version.c.source_hash).where(dag_version.c.source_hash.is_not(None))
    return dag_code.c.source_hash.not_in(versions) & dag_code.c.source_hash.not_in(
        select(bundle_file.c.source_hash)
    )


def _delete_bundles(tx: Tx, keys: set[str]) -> int:
    wanted, count = sorted(keys), 0
    for start in range(0, len(wanted), 400):
        some = bundle_file.c.file_key.in_(wanted[start : start + 400])
        count += tx.execute(delete(bundle_file).where(some)).rowcount
    return count


def _delete_code(tx: Tx, hashes: list[str]) -> int:
    for start in range(0, len(hashes), 400):
        some = dag_code.c.source_hash.in_(hashes[start : start + 400])
        tx.execute(delete(dag_code).where(some))
    return len(hashes)
