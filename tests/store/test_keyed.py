"""Pages of big tables: by offset and from a cursor on, in every order, on each kind of database."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import inf, nan
from typing import Any

import pytest
from sqlalchemy import delete, event, insert

from tests import make
from venturi.core.errors import InvalidInput
from venturi.core.states import RunState, RunType, TaskState
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.queries.audit import list_audit
from venturi.store.queries.instances import ORDERS, InstanceFilter, list_instances
from venturi.store.queries.keyed import COUNTED
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import ORDERS as RUN_ORDERS
from venturi.store.queries.runs import RunFilter, list_runs
from venturi.store.schema.people import log
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

STATES = (None, TaskState.SUCCESS, TaskState.FAILED, TaskState.RUNNING)


def fill(store: Store, runs: int, tasks: int, at: int = 0) -> None:
    """Runs with task instances; many values are the same, and some are missing."""

    def body(tx: Tx) -> None:
        run_ids = take_ids(tx, "dag_run", runs)
        ids = iter(take_ids(tx, "task_instance", runs * tasks))
        made: list[dict[str, Any]] = []
        instances: list[dict[str, Any]] = []
        for number, row_id in enumerate(run_ids, at):
            when = make.NOW - timedelta(hours=number)
            names = {"dag_id": f"d{number % 3}", "run_id": f"r{number}"}
            made.append(
                {
                    **names,
                    "id": row_id,
                    "run_type": RunType.MANUAL,
                    "state": RunState.SUCCESS if number % 2 else RunState.FAILED,
                    "run_after": make.NOW - timedelta(hours=number // 2),
                    "logical_date": when if number % 3 else None,
                    "start_date": None if number % 4 == 0 else when,
                    "end_date": when + timedelta(days=number % 2, microseconds=number // 2),
                }
            )
            instances += [
                {
                    **names,
                    "id": next(ids),
                    "dagrun_id": row_id,
                    "task_id": f"t{task}",
                    "state": STATES[(number + task) % 4],
                    "start_date": None if task % 3 == 0 else when,
                    "duration": None if task % 3 == 0 else (number + task) / 3,
                    "rendered_map_index": None if task % 2 else f"it's {task}%",
                }
                for task in range(tasks)
            ]
        tx.execute(insert(dag_run), made)
        if instances:
            tx.execute(insert(task_instance), instances)

    store.retrying(body)


def ids_of(store: Store, order: tuple[str, ...]) -> list[int]:
    """All task instances in this order."""
    with store.read() as tx:
        return [row.id for row in list_instances(tx, EVERY_DAG, None, Paging(order=order)).rows]


@pytest.mark.parametrize(
    "order",
    [
        *[(name,) for name in sorted(ORDERS)],
        *[(f"-{name}",) for name in sorted(ORDERS)],
        *[("state", "-duration", "task_id"), ("-run_after", "state"), ("-id", "state"), ()],
    ],
)
def test_pages_from_cursor_to_cursor_are_the_list_there_and_back(
    store: Store, order: tuple[str, ...]
) -> None:
    fill(store, runs=6, tasks=4)
    whole = ids_of(store, order)
    assert len(whole) == 24

    def page(cursor: str) -> Any:
        with store.read() as tx:
            return list_instances(
                tx, EVERY_DAG, None, Paging(limit=7, offset=3, order=order, cursor=cursor)
            )

    forth = [page("")]
    while forth[-1].next_cursor is not None:
        forth.append(page(forth[-1].next_cursor))
    parts = [[row.id for row in each.rows] for each in forth]
    assert parts == [whole[:7], whole[7:14], whole[14:21], whole[21:]]
    assert forth[0].previous_cursor is None
    back = [forth[-1]]
    while back[-1].previous_cursor is not None:
        back.append(page(back[-1].previous_cursor))
    assert [[row.id for row in each.rows] for each in back] == parts[::-1]
    assert page(back[-1].next_cursor).rows == forth[1].rows
    assert {(each.total, each.counted_to) for each in forth} == {(24, COUNTED)}


@pytest.mark.parametrize("order", [*sorted(RUN_ORDERS), "-start_date", "-run_after"])
def test_runs_too_are_read_from_a_cursor_on(store: Store, order: str) -> None:
    fill(store, runs=7, tasks=0)
    with store.read() as tx:
        whole = [row.id for row in list_runs(tx, EVERY_DAG, None, Paging(order=(order,))).rows]
        page = list_runs(tx, EVERY_DAG, None, Paging(3, order=(order,), cursor=""))
        found = [row.id for row in page.rows]
        while page.next_cursor is not None:
            after = Paging(3, order=(order,), cursor=page.next_cursor)
            page = list_runs(tx, EVERY_DAG, None, after)
            found += [row.id for row in page.rows]
    assert found == whole
    assert len(found) == 7


def test_runs_are_found_by_how_long_they_took_to_the_microsecond(store: Store) -> None:
    """A filter sees the same duration as the answer shows."""
    fill(store, runs=8, tasks=0)

    def found(*bounds: float | None) -> list[float | None]:
        wanted = RunFilter(duration=bounds)  # type: ignore[arg-type]
        with store.read() as tx:
            page = list_runs(tx, EVERY_DAG, wanted, Paging(9, order=("duration",)))
        assert page.total == len(page.rows)
        return [row.duration for row in page.rows]

    day = 86_400.0
    every = [0.000001, 0.000003, day, day + 0.000001, day + 0.000002, day + 0.000003]
    assert found(0.0, None, None, None) == every
    assert found(every[1], None, None, None) == every[1:]
    assert found(None, every[1], None, None) == every[2:]
    assert found(None, None, every[3], None) == every[:4]
    assert found(None, None, None, every[3]) == every[:3]
    assert found(0.0000011, None, None, day + 0.0000019) == every[1:4]
    assert found(1e300, None, None, None) == found(None, None, None, -1e300) == []
    assert found(None, None, 1e300, None) == found(None, -1e300, None, None) == every
    for bound in (inf, -inf, nan):
        with pytest.raises(InvalidInput, match="finite"):
            found(None, bound, None, None)


def test_offset_and_limit_cut_the_same_list_and_count_all_of_it(store: Store) -> None:
    fill(store, runs=5, tasks=4)
    order = ("-start_date", "state")
    whole = ids_of(store, order)
    with store.read() as tx:
        for offset, limit in ((0, 6), (6, 6), (18, 6), (20, 6), (0, 20), (0, 21), (0, 0), (99, 1)):
            paging = Paging(limit, offset, order)
            page = list_instances(tx, EVERY_DAG, None, paging)
            assert [row.id for row in page.rows] == whole[offset : offset + limit]
            assert page.total == 20, (offset, limit)
            assert (page.next_cursor, page.previous_cursor, page.counted_to) == (None, None, None)
        none = InstanceFilter(dag_ids=("nobody",))
        assert list_instances(tx, EVERY_DAG, none, Paging(5)).total == 0


def test_what_comes_or_goes_before_a_place_moves_nothing(store: Store) -> None:
    fill(store, runs=4, tasks=2)
    with store.read() as tx:
        first = list_runs(tx, EVERY_DAG, None, Paging(2, order=("-run_after",), cursor=""))
        rest = list_runs(
            tx, EVERY_DAG, None, Paging(2, order=("-run_after",), cursor=first.next_cursor)
        )
    fill(store, runs=3, tasks=0, at=-4)  # later than all there are
    store.retrying(lambda tx: tx.execute(delete(dag_run).where(dag_run.c.id == first.rows[1].id)))
    with store.read() as tx:
        again = list_runs(
            tx, EVERY_DAG, None, Paging(2, order=("-run_after",), cursor=first.next_cursor)
        )
    assert again.rows == rest.rows
    assert len(again.rows) == 2


def test_where_all_that_followed_has_gone_one_can_still_go_back(store: Store) -> None:
    fill(store, runs=3, tasks=0)
    with store.read() as tx:
        first = list_runs(tx, EVERY_DAG, None, Paging(2, order=("id",), cursor=""))
    last = first.rows[-1].id
    store.retrying(lambda tx: tx.execute(delete(dag_run).where(dag_run.c.id > last)))
    with store.read() as tx:
        after = list_runs(tx, EVERY_DAG, None, Paging(2, order=("id",), cursor=first.next_cursor))
        assert (after.rows, after.next_cursor) == ([], None)
        back = list_runs(
            tx, EVERY_DAG, None, Paging(2, order=("id",), cursor=after.previous_cursor)
        )
    # The place itself is not before itself.
    assert [row.id for row in back.rows] == [first.rows[0].id]


def sent(*parts: Any) -> str:
    """A cursor as somebody could make it up."""
    return urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        "AAAA",
        "A" * 5000,
        sent(),
        sent(False, ["run_after"], ["2026-01-01T00:00:00+00:00"]),
        sent(False, ["run_after", "id"], [1, 1]),
        sent(False, ["run_after", "id"], ["yesterday", 1]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00", 1]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00+00:00"]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00+00:00", 2**63]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00+00:00", "1"]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00+00:00", True]),
        sent(False, ["run_after", "id"], [None, 1]),
        sent(False, ["-run_after", "-id"], ["2026-01-01T00:00:00+00:00", 1]),
        sent(2, ["run_after", "id"], ["2026-01-01T00:00:00+00:00", 1]),
        sent(False, ["run_after", "id"], ["2026-01-01T00:00:00+00:00", [1]]),
        "[" * 3000,
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(store: Store, cursor: str) -> None:
    with store.read() as tx, pytest.raises(InvalidInput, match="cursor"):
        list_runs(tx, EVERY_DAG, None, Paging(2, order=("run_after",), cursor=cursor))


@pytest.mark.parametrize("value", ["'; DROP TABLE dag_run; --", "\0", "\U0001f40b", "%"])
def test_a_cursor_that_somebody_made_up_is_a_value_like_any_other(store: Store, value: str) -> None:
    fill(store, runs=3, tasks=0)
    cursor = sent(False, ["run_id", "id"], [value, 1])
    with store.read() as tx:
        found = list_runs(tx, EVERY_DAG, None, Paging(5, order=("run_id",), cursor=cursor)).rows
        assert {row.run_id for row in found} <= {"r0", "r1", "r2"}
        assert list_runs(tx, EVERY_DAG).total == 3


def test_a_place_too_long_for_an_address_is_not_made_a_cursor(store: Store) -> None:
    fill(store, runs=3, tasks=0)
    conf = json.dumps({"k": "x" * 5000})
    store.retrying(lambda tx: tx.execute(dag_run.update().values(conf=conf)))
    with store.read() as tx:
        with pytest.raises(InvalidInput, match="too long"):
            list_runs(tx, EVERY_DAG, None, Paging(1, order=("conf",), cursor=""))
        assert len(list_runs(tx, EVERY_DAG, None, Paging(1, 1, ("conf",))).rows) == 1


def test_a_cursor_counts_only_so_far(store: Store) -> None:
    more = [{"dttm": make.NOW, "event": "e", "owner": "o"}] * (COUNTED + 5)
    store.retrying(lambda tx: tx.execute(insert(log), more))
    with store.read() as tx:
        page = list_audit(tx, EVERY_DAG, paging=Paging(2, cursor=""))
        assert (page.total, page.counted_to, len(page.rows)) == (COUNTED, COUNTED, 2)
        assert list_audit(tx, EVERY_DAG, paging=Paging(2)).total == COUNTED + 5


@contextmanager
def steps(tx: Tx) -> Iterator[list[int]]:
    """How many hundreds of SQLite's instructions a block takes."""
    taken = [0]

    def step() -> int:
        taken[0] += 1
        return 0

    driver: Any = tx.connection.driver_connection
    driver.set_progress_handler(step, 100)
    try:
        yield taken
    finally:
        driver.set_progress_handler(None, 0)


@pytest.mark.parametrize("kind", ["sqlite"], indirect=True)
@pytest.mark.parametrize("what", ["instances", "runs by time", "runs by time, newest first"])
def test_page_1000_costs_what_page_1_costs(store: Store, what: str) -> None:
    list_, order, size = {
        "instances": (list_instances, ("id",), 10),
        "runs by time": (list_runs, ("run_after",), 1),
        "runs by time, newest first": (list_runs, ("-run_after",), 1),
    }[what]
    fill(store, runs=1100, tasks=10 if what == "instances" else 0)
    with store.read() as tx:
        driver: Any = tx.connection.driver_connection
        whole = Paging(order=order)
        rows = list_(tx, EVERY_DAG, None, whole).rows  # type: ignore[operator]
        plans: list[str] = []

        def explain(_conn: Any, cursor: Any, statement: str, params: Any, *_: Any) -> None:
            if "count(" not in statement.lower():
                cursor = driver.execute(f"EXPLAIN QUERY PLAN {statement}", params)
                plans.extend(row[-1] for row in cursor.fetchall())

        def page(cursor: str) -> tuple[Any, int]:
            with steps(tx) as taken:
                found = list_(tx, EVERY_DAG, None, Paging(size, 0, order, cursor))  # type: ignore[operator]
            return found, taken[0]

        near, cost_of_first = page("")
        cursor, cost_of_last = "", 0
        for _ in range(999):
            cursor = near.next_cursor or ""
            near, cost_of_last = page(cursor)
        assert near.rows == rows[999 * size : 1000 * size]
        assert cost_of_last <= cost_of_first * 1.25 + 10
        event.listen(tx.engine, "before_cursor_execute", explain)
        try:
            page(cursor)
        finally:
            event.remove(tx.engine, "before_cursor_execute", explain)
    assert plans
    assert not [each for each in plans if "TEMP B-TREE" in each or each == "SCAN task_instance"]
