"""Whose tasks a task group has, asked of each kind of database."""

import pytest
from sqlalchemy import update

from tests import make
from tests.store.home import execute, put, run
from venturi.core.errors import InvalidInput
from venturi.spec.model import DagSpec, GroupSpec
from venturi.store.engine import Store
from venturi.store.queries import groups
from venturi.store.queries.groups import group_everywhere, group_of_dag
from venturi.store.queries.instances import InstanceFilter, Members, list_instances
from venturi.store.queries.paging import Paging
from venturi.store.queries.specs import current_version
from venturi.store.schema.dags import dag_version
from venturi.store.scope import EVERY_DAG


def grouped(dag_id: str, within: str, *tasks: str) -> DagSpec:
    """A DAG with some of its tasks in the group `g`."""
    made = (make.task(name, group="g" if name in within else None) for name in tasks)
    return make.dag(*made, dag_id=dag_id, groups=(GroupSpec(group_id="g"),))


@pytest.fixture
def filled(store: Store) -> Store:
    """Four DAGs: two with the same tasks in the group, one with others, one with none."""
    for dag_id, within in (("w", "ab"), ("x", "ab"), ("y", "bc"), ("z", "")):
        spec = grouped(dag_id, within, "a", "b", "c")
        put(store, spec, path=f"/dags/{dag_id}.py")
        run(store, spec)
    return store


def test_the_instances_of_a_group_of_many_dags_are_those_of_each(filled: Store) -> None:
    with filled.read() as tx:
        found = group_everywhere(tx, EVERY_DAG, "g")
        page = list_instances(tx, EVERY_DAG, InstanceFilter(members=found), Paging(9))
        none = list_instances(tx, EVERY_DAG, InstanceFilter(members=()), Paging(9))
    assert found == (Members(("w", "x"), ("a", "b")), Members(("y",), ("b", "c")))
    rows = sorted(f"{row.dag_id}.{row.task_id}" for row in page.rows)
    assert rows == ["w.a", "w.b", "x.a", "x.b", "y.b", "y.c"]
    assert (page.total, none.total) == (6, 0)


def test_instances_of_mapped_tasks_have_an_index(filled: Store) -> None:
    with filled.read() as tx:
        assert list_instances(tx, EVERY_DAG, InstanceFilter(mapped=True)).total == 0


def test_a_version_that_has_gone_is_the_present_one(filled: Store) -> None:
    with filled.read() as tx:
        old = current_version(tx, EVERY_DAG, "w").id
    put(filled, grouped("w", "c", "c"), path="/dags/w.py", key="k2")
    with filled.read() as tx:
        assert group_of_dag(tx, EVERY_DAG, "w", "g", old).task_ids == ("a", "b")
        assert group_of_dag(tx, EVERY_DAG, "w", "g", 10**6).task_ids == ("c",)
        assert group_of_dag(tx, EVERY_DAG, "w", "g").task_ids == ("c",)


def test_a_description_that_cannot_be_read_holds_up_no_other(filled: Store) -> None:
    broken = update(dag_version).values(spec=b'["g"').where(dag_version.c.dag_id != "y")
    execute(filled, broken)
    with filled.read() as tx:
        assert group_everywhere(tx, EVERY_DAG, "g") == (Members(("y",), ("b", "c")),)


@pytest.mark.parametrize(("most", "bound"), [("NAMES", 6), ("DIFFERENT", 1)])
def test_too_many_are_refused_with_a_sentence(
    filled: Store, monkeypatch: pytest.MonkeyPatch, most: str, bound: int
) -> None:
    with filled.read() as tx:
        monkeypatch.setattr(groups, most, bound + 1)
        assert len(group_everywhere(tx, EVERY_DAG, "g")) == 2
        monkeypatch.setattr(groups, most, bound)
        with pytest.raises(InvalidInput, match="name one of them"):
            group_everywhere(tx, EVERY_DAG, "g")
