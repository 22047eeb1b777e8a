"""What the web interface is measured with: many DAGs, a large one, a long history, a long log."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import insert, update

from venturi.core.attempts import FileRef
from venturi.core.log_paths import log_path
from venturi.core.messages import Loaded
from venturi.core.states import RunType
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec, GroupSpec, TaskSpec
from venturi.spec.timetable.model import RunInfo
from venturi.store.dags import put_dag, put_file
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.queries.specs import current_version
from venturi.store.runs import create_run
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

NOW = datetime.now(UTC)
#: Runs of each of the many DAGs: as many as the list shows.
BARS = 14
GROUPS = 20
#: DAG ids of the special ones.
LARGE, HISTORY, TALK = "large", "history", "talk"
ONE_LINE = "[2026-11-22T13:40:58.123+0000] {{bash.py:12}} INFO - line {:07} of what was said\n"


class Size(NamedTuple):
    """How much of everything."""

    dags: int = 5000
    tasks: int = 1000
    runs: int = 25
    history: int = 10_000
    lines: int = 1_000_000


def small(number: int) -> DagSpec:
    """One of many DAGs."""
    tasks = (TaskSpec(task_id="a", operator="BashOperator"),)
    return DagSpec(dag_id=f"dag_{number:05}", tasks=tasks, tags=(f"team{number % 20}",))


def large(count: int) -> DagSpec:
    """A DAG of many tasks in groups, each a chain of five or a leaf of the next."""
    tasks = []
    for number in range(count):
        group = f"group_{number % GROUPS:02}"
        above = (f"group_{(number - 1) % GROUPS:02}.task_{number - 1:04}",) if number % 5 else ()
        tasks.append(
            TaskSpec(
                task_id=f"{group}.task_{number:04}",
                operator="BashOperator",
                group=group,
                upstream=above,
            )
        )
    groups = tuple(GroupSpec(group_id=f"group_{number:02}") for number in range(GROUPS))
    return DagSpec(dag_id=LARGE, tasks=tuple(tasks), groups=groups)


def put(tx: Tx, spec: DagSpec) -> None:
    """Take in a DAG."""
    file = FileRef(path=f"/dags/{spec.dag_id}.py", key="k", root="/dags")
    loaded = Loaded(file=file, dags=(encode(spec),))
    put_file(tx, loaded, NOW)
    put_dag(tx, spec, loaded, None, now=NOW, paused_at_creation=False)


def fill(store: Store, size: Size) -> None:
    """Many DAGs with a little history, and those that are large in one way each."""
    for start in range(0, size.dags, 500):
        names = [small(number) for number in range(start, min(size.dags, start + 500))]
        with store.write() as tx:
            for spec in names:
                put(tx, spec)
            _ended_runs(tx, [(spec.dag_id, hours) for spec in names for hours in range(BARS)])
    with store.write() as tx:
        put(tx, large(size.tasks))
        _whole_runs(tx, LARGE, size.runs)
        for name in (HISTORY, TALK):
            put(tx, DagSpec(dag_id=name, tasks=(TaskSpec(task_id="a", operator="BashOperator"),)))
        _ended_runs(tx, [(HISTORY, hours) for hours in range(size.history)])
        _whole_runs(tx, TALK, 1)


def _whole_runs(tx: Tx, dag_id: str, count: int) -> None:
    """Runs with their task instances, of which some failed."""
    version = current_version(tx, EVERY_DAG, dag_id)
    for number in range(count):
        at = NOW - timedelta(hours=count - number)
        create_run(
            tx,
            version,
            RunInfo(run_after=at, logical_date=at),
            now=at,
            run_type=RunType.SCHEDULED,
            run_id=f"r{number:05}",
        )
    tx.execute(
        update(dag_run)
        .where(dag_run.c.dag_id == dag_id)
        .values(state="success", start_date=NOW - timedelta(minutes=5), end_date=NOW)
    )
    values = {"state": "success", "start_date": NOW, "end_date": NOW, "try_number": 1}
    mine = task_instance.c.dag_id == dag_id
    tx.execute(update(task_instance).where(mine).values(**values))
    failed = task_instance.c.task_id.like("%7")
    tx.execute(update(task_instance).where(mine, failed).values(state="failed"))


def _ended_runs(tx: Tx, which: list[tuple[str, int]]) -> None:
    """Runs that ended hours ago, without instances."""
    ids = take_ids(tx, "dag_run", len(which))
    rows: list[dict[str, Any]] = []
    for row_id, (dag_id, hours) in zip(ids, which, strict=True):
        at = NOW - timedelta(hours=hours)
        rows.append(
            {
                "id": row_id,
                "dag_id": dag_id,
                "run_id": f"r{hours:05}",
                "run_type": "scheduled",
                "state": "failed" if hours % 7 == 3 else "success",
                "logical_date": at,
                "run_after": at,
                "start_date": at,
                "end_date": at + timedelta(seconds=30 + hours % 60),
            }
        )
    tx.execute(insert(dag_run), rows)


def write_log(folder: Path, lines: int) -> Path:
    """The log of the one task of `TALK`."""
    path = folder / log_path(TALK, "r00000", "a", -1, 1)
    path.parent.mkdir(parents=True)
    with path.open("w") as file:
        file.writelines(_lines(lines))
    return path


def _lines(count: int) -> Iterator[str]:
    return (ONE_LINE.format(number) for number in range(1, count + 1))
