"""Whose tasks a task group has."""

from collections import defaultdict
from collections.abc import Iterator

import msgspec
from sqlalchemy import select

from venturi.core.errors import InvalidInput, NotFound
from venturi.spec.codec import decode, mentions
from venturi.spec.groups import tasks_within
from venturi.store.engine import Tx
from venturi.store.queries.facts import specs_by_version
from venturi.store.queries.instances import Members
from venturi.store.queries.specs import spec_of
from venturi.store.schema.dags import dag, dag_version
from venturi.store.scope import DagScope

#: Names in one statement, and DAGs in it that differ in the group's tasks.
NAMES, DIFFERENT = 10_000, 400


def group_of_dag(
    tx: Tx, scope: DagScope, dag_id: str, group_id: str, version_id: int | None = None
) -> Members:
    """The tasks of a DAG's group, in the version of a run that the scope has let through.

    Without a version, or where it has gone, in the present one. Raises `NotFound`.
    """
    spec = specs_by_version(tx, () if version_id is None else (version_id,)).get(version_id or 0)
    tasks = tasks_within(spec or spec_of(tx, scope, dag_id), group_id)
    if tasks is None:
        raise NotFound(f"DAG {dag_id!r} has no task group {group_id!r}.")
    return Members((dag_id,), tasks)


def group_everywhere(tx: Tx, scope: DagScope, group_id: str) -> tuple[Members, ...]:
    """The tasks of all groups of this name, in the present version of each DAG.

    DAGs with the same tasks in it stand together. Raises `InvalidInput` for too many.
    """
    alike: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for dag_id, tasks in _groups(tx, scope, group_id):
        alike[tasks].append(dag_id)
    found = tuple(Members(tuple(dag_ids), tasks) for tasks, dag_ids in alike.items())
    names = sum(len(each.dag_ids) + len(each.task_ids) for each in found)
    if names > NAMES or len(found) > DIFFERENT:
        raise InvalidInput(f"Too many DAGs have a task group {group_id!r}: name one of them.")
    return found


def _groups(tx: Tx, scope: DagScope, group_id: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    query = (
        select(dag.c.dag_id, dag_version.c.spec)
        .join(dag_version, dag_version.c.id == dag.c.version_id)
        .where(*scope.conditions(dag.c.dag_id))
        .order_by(dag.c.dag_id)
    )
    for dag_id, data in tx.execute(query):
        if not mentions(data, group_id):
            continue
        try:
            tasks = tasks_within(decode(data), group_id)
        except msgspec.DecodeError:  # one that is not ours holds up no other
            continue
        if tasks:
            yield dag_id, tuple(sorted(tasks))
