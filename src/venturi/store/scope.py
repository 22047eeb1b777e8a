"""Which DAGs somebody may see or act on: what every query about DAGs must be told.

A scope is a required argument of the queries, so that no list, search, count or error message can
forget to ask. Owners and roles match exactly, by rows of their own: `admin` owns nothing of
`notanadmin`.
"""

from typing import Any

import msgspec
from sqlalchemy import and_, false, or_, select
from sqlalchemy.sql.elements import ColumnElement

from venturi.store.engine import Tx
from venturi.store.schema.dags import dag, dag_access, dag_owner


class DagScope(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the DAGs: all of them, those of an owner, and those that grant something to a role.

    Left as it is, it holds no DAG at all.
    """

    every: bool = False
    #: who must own a task of the DAG
    owner: str | None = None
    #: DAGs whose `access_control` grants one of these roles one of these actions
    roles: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()

    def conditions(self, dag_id: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The scope as conditions on a column that names a DAG; none where all may be seen."""
        if self.every:
            return []
        some: list[ColumnElement[bool]] = []
        if self.owner is not None:
            owned = select(dag_owner.c.dag_id).where(exactly(dag_owner.c.owner, self.owner))
            some.append(dag_id.in_(owned))
        if self.roles and self.actions:
            granted = select(dag_access.c.dag_id).where(
                or_(*(exactly(dag_access.c.role, role) for role in sorted(self.roles))),
                dag_access.c.action.in_(sorted(self.actions)),
            )
            some.append(dag_id.in_(granted))
        return [or_(*some) if some else false()]

    def file_conditions(self, path: ColumnElement[Any]) -> list[ColumnElement[bool]]:
        """The scope as conditions on a column that names a DAG file.

        A file is in it when it defines DAGs that are, and none that is not: an error tells of the
        whole file.
        """
        if self.every:
            return []
        mine = self.conditions(dag.c.dag_id)
        return [
            path.in_(select(dag.c.fileloc).where(*mine)),
            path.not_in(select(dag.c.fileloc).where(dag.c.fileloc.is_not(None), ~and_(*mine))),
        ]

    def holds(self, tx: Tx, dag_id: str) -> bool:
        """Whether one DAG is in the scope; one that nobody knows is in none but the whole."""
        if self.every:
            return True
        query = select(dag.c.dag_id).where(dag.c.dag_id == dag_id, *self.conditions(dag.c.dag_id))
        return tx.execute(query).first() is not None


def exactly(column: ColumnElement[Any], text: str) -> ColumnElement[bool]:
    """Whether a column holds this text and no other.

    Some servers ignore spaces at the end when they compare, but not in patterns.
    """
    literal = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return and_(column == text, column.like(literal, escape="!"))


#: The scope of those who may see all: the engine, the person at the terminal, an admin.
EVERY_DAG = DagScope(every=True)
