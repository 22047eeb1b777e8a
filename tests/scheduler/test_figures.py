"""The figures of a plan: a pure function."""

from datetime import timedelta

from tests import make
from venturi.core.attempts import Result
from venturi.core.messages import Finished, Started
from venturi.core.states import RunState, RunType, TaskState
from venturi.decide.plan import Move, Plan, RunMove
from venturi.decide.views import Instance, RunView
from venturi.observe.figures import Figure, Kind
from venturi.scheduler.figures import of_plan

NOW = make.NOW


def moved(run: RunView, instance: Instance, state: TaskState) -> Plan:
    move = Move(
        run=run,
        instance=instance,
        state=state,
        reason="",
        seen=1,
        epoch=1,
        try_number=1,
        max_tries=0,
    )
    return Plan(moves=(move,))


def ended(instance: Instance, **values: object) -> dict[int, Finished]:
    message = Finished(
        ti_id=instance.id,
        epoch=1,
        at=NOW,
        result=Result(state=TaskState.SUCCESS),
        **values,  # type: ignore[arg-type]
    )
    return {instance.id: message}


def names(figures: list[Figure]) -> dict[str, float]:
    return {figure.name: figure.value for figure in figures}


def test_an_end_counts_by_task_operator_and_state_and_has_its_duration() -> None:
    run = make.run(make.graph(make.task("t")), t="running")
    (instance,) = run.instances[0]
    finished = ended(instance, started_at=NOW - timedelta(seconds=3))
    plan = moved(run, instance, TaskState.SUCCESS)
    assert names(list(of_plan(plan, [], finished, NOW))) == {
        "dag.d.t.duration": 3000,
        "ti.finish.d.t.success": 1,
        "ti_successes": 1,
        "operator_successes_BashOperator": 1,
    }


def test_a_beginning_and_an_end_that_come_together_count_as_both() -> None:
    run = make.run(make.graph(make.task("t")), t="queued")
    (instance,) = run.instances[0]
    finished = ended(instance, started_at=NOW - timedelta(seconds=1))
    found = names(list(of_plan(moved(run, instance, TaskState.SUCCESS), [], finished, NOW)))
    assert found["ti.start.d.t"] == 1 and found["ti.finish.d.t.success"] == 1


def test_a_try_that_failed_counts_and_one_that_was_killed_is_told() -> None:
    run = make.run(make.graph(make.task("t")), t="running")
    (instance,) = run.instances[0]
    finished = ended(instance, exit_code=-9)
    found = names(list(of_plan(moved(run, instance, TaskState.UP_FOR_RETRY), [], finished, NOW)))
    assert found["ti_failures"] == 1 and found["scheduler.tasks.killed_externally"] == 1
    assert found["ti.finish.d.t.up_for_retry"] == 1


def test_a_task_that_is_skipped_or_queued_has_not_run() -> None:
    run = make.run(make.graph(make.task("t")))
    (instance,) = run.instances[0]
    skipped = names(list(of_plan(moved(run, instance, TaskState.SKIPPED), [], {}, NOW)))
    assert skipped == {"ti.finish.d.t.skipped": 1}
    assert not list(of_plan(moved(run, instance, TaskState.QUEUED), [], {}, NOW))


def test_a_beginning_tells_how_long_it_was_queued() -> None:
    run = make.run(make.graph(make.task("t")), t="queued")
    (instance,) = run.instances[0]
    assert instance.queued_at is not None
    at = instance.queued_at + timedelta(seconds=2)
    message = Started(ti_id=instance.id, epoch=1, at=at, pid=1, hostname="h")
    found = list(of_plan(Plan(), [(run, instance, message)], {}, NOW))
    assert [(f.name, f.kind, f.value) for f in found] == [
        ("ti.start.d.t", Kind.COUNT, 1),
        ("dag.d.t.queued_duration", Kind.TIME, 2000),
    ]
    assert dict(found[0].tags) == {"dag_id": "d", "task_id": "t"}


def test_runs_tell_how_late_they_began_and_how_long_they_took() -> None:
    run = make.run(
        make.graph(make.task("t")),
        run_type=RunType.SCHEDULED,
        run_after=NOW - timedelta(seconds=4),
        start_date=NOW - timedelta(seconds=3),
    )
    moves = [RunMove(run=run, state=s, reason="") for s in (RunState.RUNNING, RunState.FAILED)]
    found = list(of_plan(Plan(run_moves=tuple(moves)), [], {}, NOW))
    assert names(found) == {"dagrun.schedule_delay.d": 4000, "dagrun.duration.failed.d": 3000}
