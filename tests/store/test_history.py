"""The history of task instances: every change of state, who made it and why."""

from tests import make
from tests.make import later
from tests.store import board, home
from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.store.commands.belongings import delete_runs
from venturi.store.commands.instances import Chosen, Selection, clear, select_instances
from venturi.store.commands.marks import mark
from venturi.store.commands.runs import set_run_state
from venturi.store.engine import Store, Tx
from venturi.store.queries.history import transitions
from venturi.store.schema.runs import task_instance_transition
from venturi.store.scope import EVERY_DAG

SPEC = make.dag(make.task("a"), make.task("b", "a"))


def told(store: Store, task_id: str = "a") -> list[tuple[str, str | None, int, int, str | None]]:
    """State, who, try, epoch and cause of all changes of a task."""
    with store.read() as tx:
        found = transitions(tx, EVERY_DAG, "d", "r1", task_id)
    return [(each.state, each.actor, each.try_number, each.epoch, each.cause) for each in found]


def test_an_attempt_leaves_a_row_for_each_state_it_goes_through(store: Store) -> None:
    home.put(store, SPEC)
    (run,) = board.load(store, home.run(store, SPEC))
    board.carry_out(store, board.move(run, "a", TaskState.QUEUED))
    (run,) = board.load(store, run.id)
    board.carry_out(store, started=(board.started(run, "a"),))
    (run,) = board.load(store, run.id)
    end = board.move(run, "a", TaskState.SUCCESS)
    board.carry_out(store, end, finished={end.instance.id: board.finished(end)})
    assert told(store) == [
        ("queued", None, 1, 1, "because"),
        ("running", None, 1, 1, None),
        ("success", None, 1, 1, "because"),
    ]
    times = [row.at for row in home.rows(store, task_instance_transition)]
    assert times == [later(20), later(1), later(10)]


def test_a_beginning_that_is_heard_with_the_end_is_told_too(store: Store) -> None:
    home.put(store, SPEC)
    (run,) = board.load(store, home.run(store, SPEC))
    board.carry_out(store, board.move(run, "a", TaskState.QUEUED))
    (run,) = board.load(store, run.id)
    end = board.move(run, "a", TaskState.FAILED)
    report = board.finished(end, result=Result(state=TaskState.FAILED, reason="no"))
    board.carry_out(store, end, finished={end.instance.id: report})
    assert [state for state, *_ in told(store)] == ["queued", "running", "failed"]


def test_what_people_do_is_told_with_their_name(store: Store) -> None:
    home.put(store, SPEC)
    failed = {"a": home.begun(TaskState.FAILED), "b": home.begun(TaskState.UPSTREAM_FAILED)}
    home.run(store, SPEC, state="failed", instances=failed)

    def chosen(tx: Tx) -> list[Chosen]:
        return select_instances(tx, Selection(dag_id="d", task_ids=("a",)))

    with store.write() as tx:
        mark(tx, chosen(tx), TaskState.SUCCESS, home.WHO)
    with store.write() as tx:
        clear(tx, chosen(tx), home.WHO)
    with store.write() as tx:
        set_run_state(tx, "d", "r1", RunState.FAILED, home.WHO)
    assert told(store) == [
        ("success", "tester", 1, 2, "marked success by tester"),
        ("none", "tester", 1, 3, "cleared by tester"),
        ("skipped", "tester", 1, 4, "the run was marked failed by tester"),
    ]
    assert [state for state, *_ in told(store, "b")] == ["none", "skipped"]


def test_causes_are_kept_short_and_go_with_their_run(store: Store) -> None:
    home.put(store, SPEC)
    (run,) = board.load(store, home.run(store, SPEC))
    board.carry_out(store, board.move(run, "a", TaskState.QUEUED, reason="x" * 5000))
    assert len(told(store)[0][4] or "") == 500
    with store.write() as tx:
        delete_runs(tx, "d", [run.id])
    assert home.rows(store, task_instance_transition) == []
