"""Why a task instance does not run, by the very rows that decide it."""

from venturi.core.clock import Instant
from venturi.core.errors import NotFound
from venturi.core.states import ACTIVE, TERMINAL, RunState, TaskState
from venturi.decide.draft import Draft
from venturi.decide.verdict import OPEN_TO_RUN, Kind, verdict
from venturi.decide.views import Instance, InUse, RunView, Snapshot
from venturi.store.engine import Tx
from venturi.store.queries.dags import get_dag
from venturi.store.queries.runs import RunRow
from venturi.store.runs import load_runs
from venturi.store.versions import Versions


def reasons(
    tx: Tx, row: RunRow, task_id: str, map_index: int, now: Instant
) -> list[dict[str, str]]:
    """What holds a task instance, a row per reason; empty when nothing does. Raises `NotFound`."""
    found = load_runs(tx, Versions(), [row.id])
    if not found:
        raise NotFound(f"Nothing is known any more of what run {row.run_id!r} consists of.")
    run = found[0]
    instance = _instance(run, task_id, map_index)
    held: list[tuple[str, str]] = []
    if get_dag(tx, row.dag_id).is_paused:
        held.append(("Dag Not Paused", f"DAG {row.dag_id} is paused"))
    if run.state is not RunState.RUNNING:
        held.append(("Dagrun Running", f"run {row.run_id} is {run.state}"))
    held.extend(_by_state(run, instance, now))
    return [{"dependency": name, "reason": reason} for name, reason in held]


def _instance(run: RunView, task_id: str, map_index: int) -> Instance:
    number = run.graph.index.get(task_id)
    for instance in run.instances[number] if number is not None else ():
        if instance.map_index == map_index or (map_index < 0 and number in run.graph.mapped):
            return instance
    raise NotFound(f"Run {run.run_id!r} of DAG {run.dag_id!r} has no task {task_id!r}.")


def _by_state(run: RunView, instance: Instance, now: Instant) -> list[tuple[str, str]]:
    state = instance.state
    if state in TERMINAL:
        return [("Task Instance State", f"it is {state}: clear it to run it again")]
    if state in ACTIVE:
        return [("Task Instance Not Running", f"it is {state}")]
    if state is TaskState.SCHEDULED:
        return [("Slots Available", "it is ready and waits for a free slot")]
    if state not in OPEN_TO_RUN:
        return [("Task Instance State", f"it is {state}")]
    said = verdict(Draft(Snapshot(dags={}, in_use=InUse())), run, instance, now)
    if said.kind in {Kind.RUN, Kind.DONE, Kind.EXPAND}:
        return []
    return [(said.row.replace("_", " ").title(), said.text)]
