"""The frozen description of a DAG, and its versions."""

from typing import NamedTuple

from sqlalchemy import select

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.spec.codec import decode
from venturi.spec.model import DagSpec
from venturi.store.engine import Tx
from venturi.store.schema.dags import dag, dag_code, dag_version
from venturi.store.scope import DagScope
from venturi.store.versions import Version, Versions


class VersionRow(NamedTuple):
    """A version of a DAG, without its description."""

    id: int
    dag_id: str
    version_number: int
    bundle_name: str | None
    created_at: Instant


def current_version(
    tx: Tx, scope: DagScope, dag_id: str, versions: Versions | None = None
) -> Version:
    """The DAG's present version. Raises `NotFound`."""
    which = dag.c.dag_id == dag_id, *scope.conditions(dag.c.dag_id)
    row = tx.execute(select(dag.c.version_id).where(*which)).first()
    if row is None or row.version_id is None:
        raise NotFound(unknown_dag(tx, scope, dag_id))
    return (versions or Versions()).get(tx, row.version_id)


def spec_of(tx: Tx, scope: DagScope, dag_id: str, version_number: int | None = None) -> DagSpec:
    """The DAG as its file describes it now, or as an earlier version did. Raises `NotFound`."""
    if version_number is None:
        return current_version(tx, scope, dag_id).graph.spec
    query = select(dag_version.c.spec).where(
        dag_version.c.dag_id == dag_id,
        dag_version.c.version_number == version_number,
        *scope.conditions(dag_version.c.dag_id),
    )
    data = tx.execute(query).scalar()
    if data is None:
        raise NotFound(f"DAG {dag_id!r} has no version {version_number}.")
    return decode(data)


def list_versions(tx: Tx, scope: DagScope, dag_id: str) -> list[VersionRow]:
    """All versions of a DAG, newest first."""
    table = dag_version
    query = (
        select(
            table.c.id,
            table.c.dag_id,
            table.c.version_number,
            table.c.bundle_name,
            table.c.created_at,
        )
        .where(table.c.dag_id == dag_id, *scope.conditions(table.c.dag_id))
        .order_by(table.c.version_number.desc())
    )
    return [VersionRow(*row) for row in tx.execute(query)]


def source_of(tx: Tx, scope: DagScope, dag_id: str, version_number: int | None = None) -> str:
    """The text of the file that a DAG (or a version of it) comes from. Raises `NotFound`.

    A file that also defines DAGs outside of the scope is not shown: its text tells of them.
    """
    query = (
        select(dag_code.c.source_code)
        .join(dag_version, dag_version.c.source_hash == dag_code.c.source_hash)
        .where(
            dag_version.c.dag_id == dag_id,
            *scope.conditions(dag_version.c.dag_id),
            *scope.file_conditions(dag_version.c.fileloc),
        )
        .order_by(dag_version.c.version_number.desc())
        .limit(1)
    )
    if version_number is not None:
        query = query.where(dag_version.c.version_number == version_number)
    text = tx.execute(query).scalar()
    if text is None:
        raise NotFound(f"No source of DAG {dag_id!r} is kept.")
    return str(text)


def unknown_dag(tx: Tx, scope: DagScope, dag_id: str) -> str:
    """The sentence that says a DAG is not there, with the closest that is."""
    from difflib import get_close_matches

    query = select(dag.c.dag_id).where(dag.c.is_active.is_(True), *scope.conditions(dag.c.dag_id))
    known = list(tx.execute(query).scalars())
    near = get_close_matches(dag_id, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else " See: airflow dags list"
    return f"There is no DAG {dag_id!r}.{hint}"
