"""Why something does not run: situations as they occur, and the true cause in each."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from tests import make
from venturi.core.states import RunState
from venturi.decide.views import DagView, Limits, RunView
from venturi.decide.why import Reason, Workers, World, why_instance, why_run, why_task
from venturi.decide.why_dag import why_dag
from venturi.spec.model import DagSpec, Era, MapSource, MapSpec, TriggerRule, XComSource
from venturi.spec.timetable.model import (
    AssetTriggered,
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    Events,
    Once,
    Timetable,
)

HOURLY = CronTrigger(expr="0 * * * *")
Said = dict[str, str]


def world(
    *runs: RunView,
    dags: Iterable[DagView] = (),
    pools: Mapping[str, int] | None = None,
    limits: Limits | None = None,
    capacity: int = 32,
    **known: Any,
) -> World:
    board = make.board(*runs, dags=dags, pools=pools, limits=limits)
    return World(snapshot=board.snapshot((), capacity), now=make.NOW, **known)


def told(reasons: Iterable[Reason]) -> Said:
    """Texts by row."""
    return {reason.row: reason.text for reason in reasons}


def of_task(run: RunView, task_id: str, index: int = 0, **values: Any) -> Said:
    others = values.pop("others", ())
    known = world(run, *others, **values)
    return told(why_instance(known, run, make.one(run, task_id, index)))


def of_dag(view: DagView, **values: Any) -> Said:
    known = world(dags=[view], **values)
    return told(why_dag(known, view.dag_id, "/dags/d.py"))


def scheduled(timetable: Timetable = HOURLY, **values: Any) -> DagView:
    """A DAG whose next run is in an hour, unless told otherwise."""
    spec = {k: values.pop(k) for k in list(values) if k in DagSpec.__struct_fields__}
    graph = make.graph(make.task("a"), timetable=timetable, **spec)
    return make.view(graph, **{"next_run": make.info(make.later(3600)), **values})


def chain(**values: Any) -> RunView:
    """A run of a > b, whose states are given."""
    states = {name: values.pop(name) for name in ("a", "b") if name in values}
    graph = make.graph(make.task("a"), make.task("b", "a", **values))
    return make.run(graph, **states)


def past(before: str, child: str = "success", **values: Any) -> RunView:
    """A run of a > b after one in which they are in these states."""
    graph = make.graph(make.task("a", **values), make.task("b", "a"))
    earlier = make.run(graph, run_id="yesterday", a=before, b=child)
    return make.run(graph, previous=earlier)


# --- a DAG whose runs do not start ------------------------------------------------------------


def test_a_dag_waits_for_its_next_run_to_be_due() -> None:
    (reason,) = why_dag(world(dags=[scheduled()]), "d")
    assert reason == Reason(
        row="not_due",
        text="its next run is due at 2026-11-22T13:00:00+00:00",
        subject="DAG d",
        until=make.later(3600),
    )


def test_a_dag_that_is_due_and_may_start_is_held_by_nothing() -> None:
    assert of_dag(scheduled(next_run=make.info(make.NOW))) == {}


def test_a_dag_is_paused() -> None:
    said = of_dag(scheduled(next_run=make.info(make.NOW), paused=True))
    assert said == {"dag_paused": "it is paused; let it run with: airflow dags unpause d"}


def test_a_dag_has_no_schedule() -> None:
    said = of_dag(make.view(make.graph(make.task("a"))))
    assert said == {"no_schedule": "it has no schedule: its runs start when they are triggered"}


def test_a_dag_waits_for_assets() -> None:
    said = of_dag(scheduled(AssetTriggered(condition={}), next_run=None))
    assert "assets" in said["no_schedule"]


def test_a_dag_starts_in_the_future() -> None:
    start = make.later(86400)
    said = of_dag(scheduled(start_date=start, next_run=make.info(start)))
    assert said == {
        "start_date": "its start_date is 2026-11-23T12:00:00+00:00",
        "not_due": "its next run is due at 2026-11-23T12:00:00+00:00",
    }


def test_the_end_date_of_a_dag_has_passed() -> None:
    view = scheduled(
        start_date=make.later(-864000), end_date=make.later(-86400), next_run=None, catchup=True
    )
    view.last_run = make.info(make.later(-86400))
    assert of_dag(view) == {
        "end_date": "its next run would be of 2026-11-21T13:00:00+00:00, "
        "its end_date is 2026-11-21T12:00:00+00:00"
    }


def test_all_tasks_of_a_dag_have_ended() -> None:
    graph = make.graph(
        make.task("a", end_date=make.later(-7200)),
        timetable=HOURLY,
        start_date=make.later(-864000),
    )
    assert "2026-11-22T10:00:00" in of_dag(make.view(graph))["end_date"]


def test_a_dag_of_one_run_has_had_it() -> None:
    view = scheduled(Once(), start_date=make.later(-60), next_run=None)
    view.last_run = make.info(make.later(-60))
    assert of_dag(view) == {"schedule_ended": "its schedule is @once, and it has had its run"}


def test_a_dag_of_certain_dates_has_had_them_all() -> None:
    dates = (make.later(-60),)
    view = scheduled(Events(dates=dates), start_date=make.later(-600), next_run=None)
    view.last_run = make.info(make.later(-60))
    assert of_dag(view) == {"schedule_ended": "its schedule has no further run"}


def test_a_schedule_that_catches_up_cannot_begin_without_a_start_date() -> None:
    view = scheduled(CronInterval(expr="0 * * * *"), catchup=True, next_run=None)
    assert "no start_date" in of_dag(view)["no_start_date"]


def test_a_timetable_of_the_users_own_names_no_run() -> None:
    view = scheduled(Custom(import_path="plugins.mine.Moon"), next_run=None)
    assert of_dag(view) == {"custom_timetable": "its own timetable names no next run"}


def test_a_dag_has_as_many_active_runs_as_it_may() -> None:
    view = scheduled(max_active_runs=3, next_run=make.info(make.NOW))
    queued = make.run(view.graph, RunState.QUEUED)
    known = world(make.run(view.graph), make.run(view.graph), queued, dags=[view])
    assert told(why_dag(known, "d")) == {
        "max_active_runs": "2 runs of it are running and 1 wait to start, max_active_runs is 3"
    }


def test_a_continuous_dag_waits_for_its_present_run() -> None:
    view = scheduled(Continuous(), start_date=make.later(-60), next_run=None)
    assert of_dag(view) == {}
    known = world(make.run(view.graph), dags=[view])
    assert "@continuous" in told(why_dag(known, "d"))["continuous"]


def test_the_file_of_a_dag_cannot_be_read() -> None:
    errors = {"/dags/d.py": "SyntaxError: invalid syntax", "/dags/e.py": "KeyError: 'x'"}
    said = of_dag(scheduled(next_run=make.info(make.NOW)), import_errors=errors)
    assert said == {
        "import_error": "its file /dags/d.py cannot be read: SyntaxError: invalid syntax; "
        "what is known of it is from before"
    }
    gone = of_dag(scheduled(present=False), import_errors=errors)
    assert gone["import_error"].endswith("invalid syntax")


def test_a_dag_that_nobody_knows_may_be_in_a_file_that_cannot_be_read() -> None:
    known = world(import_errors={"/dags/e.py": "KeyError: 'x'"})
    (reason,) = why_dag(known, "new")
    assert reason.subject == "DAG new" and "/dags/e.py cannot be read: KeyError" in reason.text


def test_the_file_of_a_dag_is_gone() -> None:
    said = of_dag(scheduled(present=False, next_run=None))
    assert said == {"file_gone": "its file /dags/d.py is gone, or does not define it any more"}


def test_no_scheduler_is_running() -> None:
    said = of_dag(scheduled(next_run=make.info(make.NOW)), is_scheduled=False)
    assert said == {"no_scheduler": "no scheduler is running; start one with: airflow scheduler"}


def test_everything_at_once_is_named() -> None:
    view = scheduled(paused=True, max_active_runs=1, start_date=make.later(5))
    known = world(make.run(view.graph), dags=[view], is_scheduled=False)
    rows = [reason.row for reason in why_dag(known, "d")]
    assert rows == ["no_scheduler", "dag_paused", "start_date", "not_due", "max_active_runs"]


# --- a run that does not move -----------------------------------------------------------------


def queue(*runs: RunView) -> dict[str, list[tuple[Any, int]]]:
    return {"d": sorted((run.run_after, run.id) for run in runs)}


def test_a_queued_run_waits_for_running_ones_and_for_those_before_it() -> None:
    view = scheduled(max_active_runs=2)
    older = make.run(view.graph, RunState.QUEUED, run_after=make.later(-60))
    run = make.run(view.graph, RunState.QUEUED, run_after=make.NOW)
    known = world(make.run(view.graph), older, run, dags=[view], queues=queue(run, older))
    assert told(why_run(known, run)) == {
        "max_active_runs": "1 runs of DAG 'd' are running and 1 wait before it, "
        "max_active_runs is 2"
    }
    assert told(why_run(known, older)) == {"its_turn": "it starts in the next step"}
    assert [r.row for r in why_instance(known, run, make.one(run, "a"))] == ["max_active_runs"]


def test_a_queued_run_waits_for_running_ones_alone() -> None:
    view = scheduled(max_active_runs=1)
    run = make.run(view.graph, RunState.QUEUED)
    said = told(why_run(world(make.run(view.graph), run, dags=[view], queues=queue(run)), run))
    assert said["max_active_runs"] == "1 runs of DAG 'd' are running, max_active_runs is 1"


def test_a_run_waits_since_its_dag_is_paused() -> None:
    view = scheduled(paused=True)
    for state in (RunState.QUEUED, RunState.RUNNING):
        run = make.run(view.graph, state)
        assert "dag_paused" in told(why_run(world(run, dags=[view]), run))


def test_nothing_is_known_of_the_dag_of_a_run() -> None:
    run = make.run(make.graph(make.task("a")), RunState.QUEUED)
    known = world()
    assert told(why_run(known, run)) == {"dag_unknown": "nothing is known any more of DAG 'd'"}


def test_a_run_that_cannot_be_decided_says_so() -> None:
    run = chain(a="success")
    note = "parked: it cannot be decided (KeyError: 7)"
    known = world(run, noted_runs={run.id: note})
    assert told(why_run(known, run))["parked"] == f"it was {note}"


def test_a_run_has_ended() -> None:
    run = make.run(make.graph(make.task("a")), RunState.FAILED, a="failed")
    known = world(noted_runs={run.id: "failed: a"})
    assert told(why_run(known, run)) == {"run_ended": "it has ended: failed (failed: a)"}
    assert told(why_run(world(), run)) == {"run_ended": "it has ended: failed"}


def test_a_run_that_moves_is_told_by_what_others_wait_for() -> None:
    run = chain(a="running")
    known = world(run)
    (reason,) = why_run(known, run)
    assert (reason.row, reason.subject) == ("running", "task a")


def test_many_instances_that_are_held_alike_are_one_line() -> None:
    graph = make.graph(make.mapped("m", length=3, pool="p"), make.task("end", "m"))
    run = make.run(graph, m=["scheduled"] * 3)
    (reason,) = why_run(world(run, pools={"p": 0}), run)
    assert (reason.row, reason.subject) == ("pool_too_small", "3 instances of task m")


def test_the_instances_of_a_mapped_task_are_told_together_and_what_holds_all_of_them_once() -> None:
    graph = make.graph(make.mapped("m", length=3))
    run = make.run(graph, m=["success", "up_for_retry", "up_for_retry"])
    known = world(run, dags=[make.view(graph, paused=True)])
    assert [(r.row, r.subject) for r in why_task(known, run, 0)] == [
        ("dag_paused", "DAG d"),
        ("retry_not_due", "2 instances of task m"),
    ]
    run = make.run(graph, m=["success"] * 3)
    (reason,) = why_task(known, run, 0)
    assert (reason.row, reason.subject) == ("ended", "3 instances of task m")
    assert why_task(known, chain(a="running"), 0)[0].subject == "task a"


def test_a_task_that_nothing_holds_goes_on_in_the_next_step() -> None:
    run = chain()
    (reason,) = why_run(world(run), run)
    assert (reason.row, reason.subject) == ("ready", "task a")
    assert of_task(run, "a") == {"ready": "nothing holds it: it goes on in the next step"}


def test_a_run_without_open_tasks_ends_in_the_next_step() -> None:
    run = chain(a="success", b="success")
    assert told(why_run(world(run), run)) == {"done": "nothing of it is left to do"}


def test_a_run_in_which_only_a_missing_result_is_waited_for_says_so() -> None:
    graph = make.graph(make.task("a"), make.mapped("m", "a"))
    run = make.run(graph, a="success")
    assert told(why_run(world(run), run)) == {
        "not_expanded": "it expands over the result of a, which has none"
    }


# --- a task that waits ------------------------------------------------------------------------


def test_each_upstream_that_is_not_done_is_named_with_its_state() -> None:
    graph = make.graph(*map(make.task, "abcd"), make.task("e", *"abcd"))
    run = make.run(graph, a="success", b="running", c="none", d="up_for_retry")
    reasons = why_instance(world(run), run, make.one(run, "e"))
    assert [(r.row, r.text, r.subject) for r in reasons] == [
        ("trigger_rule", "3 of 4 upstream tasks are not done (trigger rule all_success)", "task e"),
        ("upstream", "upstream b is running", "task e"),
        ("upstream", "upstream c has not begun", "task e"),
        ("upstream", "upstream d is up_for_retry, due at 2026-11-22T12:05:00+00:00", "task e"),
    ]


def test_the_instances_of_a_mapped_upstream_are_counted() -> None:
    graph = make.graph(make.mapped("m", length=4), make.task("end", "m"))
    run = make.run(graph, m=["success", "running", "none", "none"])
    said = of_task(run, "end")
    assert said["upstream"] == "3 of 4 instances of upstream m are not done: 2 not begun, 1 running"
    run = make.run(graph, m=["success", "running"])
    assert of_task(run, "end")["upstream"] == "upstream m[1] is running"


def test_of_a_great_many_upstream_tasks_some_are_named_and_the_others_counted() -> None:
    names = [f"t{number:02}" for number in range(60)]
    run = make.run(make.graph(*map(make.task, names), make.task("end", *names)), t00="success")
    texts = [reason.text for reason in why_instance(world(run), run, make.one(run, "end"))]
    assert len(texts) == 1 + 50 + 1
    assert texts[0] == "59 of 60 upstream tasks are not done (trigger rule all_success)"
    assert texts[-1] == "and 9 more upstream tasks are not done"


def test_an_upstream_instance_that_was_removed_is_not_waited_for() -> None:
    graph = make.graph(make.mapped("m", length=2), make.task("end", "m"))
    assert set(of_task(make.run(graph, m=["success", "removed"]), "end")) == {"ready"}


def test_a_retry_is_due_later() -> None:
    (reason,) = why_instance(world(run := chain(a="up_for_retry")), run, make.one(run, "a"))
    assert (reason.row, reason.until) == ("retry_not_due", make.later(300))
    assert reason.text == "next try at 2026-11-22T12:05:00+00:00"


def test_a_sensor_looks_again_later() -> None:
    assert "next check at" in of_task(chain(a="up_for_reschedule"), "a")["reschedule_not_due"]


def test_depends_on_past_names_the_run_and_the_state() -> None:
    assert of_task(past("failed", depends_on_past=True), "a") == {
        "depends_on_past": "it is failed in the run before, yesterday"
    }


def test_the_past_is_named_even_where_it_is_asked_twice() -> None:
    run = past("failed", depends_on_past=True, wait_for_past_depends_before_skipping=True)
    reasons = why_instance(world(run), run, make.one(run, "a"))
    assert [reason.row for reason in reasons] == ["depends_on_past"]


def test_a_task_that_the_run_before_did_not_have_is_waited_for_where_it_is_asked_for() -> None:
    graph = make.graph(make.task("new", depends_on_past=True, ignore_first_depends_on_past=False))
    run = make.run(graph, previous=make.run(make.graph(make.task("a")), run_id="yesterday"))
    assert of_task(run, "new") == {"depends_on_past": "yesterday never had this task"}


def test_wait_for_downstream_names_the_task_below() -> None:
    assert of_task(past("success", "running", wait_for_downstream=True), "a") == {
        "wait_for_downstream": "b is running in the run before, yesterday"
    }


def test_the_past_and_what_is_below_it_are_both_named() -> None:
    assert set(of_task(past("failed", "none", wait_for_downstream=True), "a")) == {
        "depends_on_past",
        "wait_for_downstream",
    }


def test_the_pool_is_full() -> None:
    graph = make.graph(make.task("a", pool="p", pool_slots=2), make.task("b", pool="p"))
    run = make.run(graph, a="running", b="scheduled")
    assert of_task(run, "b", pools={"p": 2}) == {
        "pool_full": "pool 'p' is full: 2 of 2 slots are taken"
    }


def test_the_pool_does_not_exist() -> None:
    run = make.run(make.graph(make.task("a", pool="gone")), a="scheduled")
    assert of_task(run, "a") == {"pool_missing": "pool 'gone' does not exist"}


def test_the_pool_is_too_small_for_ever() -> None:
    run = make.run(make.graph(make.task("a", pool="p", pool_slots=3)), a="scheduled")
    assert of_task(run, "a", pools={"p": 2}) == {
        "pool_too_small": "it takes 3 slots of pool 'p', which has 2"
    }


def test_max_active_tasks_of_a_run_and_before_3_of_the_dag() -> None:
    for era, what in ((Era.V3, "this run"), (Era.V1, "DAG 'd'")):
        graph = make.graph(make.task("a"), make.task("b"), max_active_tasks=1, era=era)
        run = make.run(graph, a="running", b="scheduled")
        assert of_task(run, "b") == {
            "max_active_tasks": f"1 tasks of {what} are active, max_active_tasks is 1"
        }


def test_the_limit_of_the_task_over_all_runs() -> None:
    graph = make.graph(make.task("a", max_active_tis_per_dag=1))
    run = make.run(graph, a="scheduled")
    assert of_task(run, "a", others=[make.run(graph, a="running")]) == {
        "max_active_tis_per_dag": "1 instances of 'a' are active, max_active_tis_per_dag is 1"
    }


def test_the_limit_of_the_task_in_each_run() -> None:
    graph = make.graph(make.mapped("m", length=2, max_active_tis_per_dagrun=1))
    run = make.run(graph, m=["running", "scheduled"])
    assert of_task(run, "m", 1) == {
        "max_active_tis_per_dagrun": "1 instances of 'm' are active, max_active_tis_per_dagrun is 1"
    }


def test_parallelism_of_the_installation() -> None:
    graph = make.graph(make.task("a"), make.task("b"))
    run = make.run(graph, a="running", b="scheduled")
    assert of_task(run, "b", limits=Limits(parallelism=1), capacity=0) == {
        "parallelism": "1 tasks of the installation are active, [core] parallelism is 1"
    }


def test_the_executor_is_full() -> None:
    graph = make.graph(make.task("a"), make.task("b"))
    run = make.run(graph, a="running", b="scheduled")
    assert of_task(run, "b", capacity=0) == {
        "executor_capacity": "the executor has no free place: 1 of 1 are taken"
    }


def test_a_mapped_task_waits_for_the_result_it_expands_over() -> None:
    graph = make.graph(make.task("a"), make.mapped("m", "a"))
    said = of_task(make.run(graph, a="running"), "m")
    assert said["not_expanded"] == "it expands over the result of a, which is running"
    assert said["upstream"] == "upstream a is running"
    said = of_task(make.run(graph), "m")
    assert said["not_expanded"] == "it expands over the result of a, which is not begun"


def test_a_mapped_task_whose_lengths_are_known_expands_in_the_next_step() -> None:
    run = make.run(make.graph(make.mapped("m", length=2)))
    assert set(of_task(run, "m")) == {"ready"}


def test_a_result_of_a_task_that_is_not_there_is_named() -> None:
    sources = (
        MapSource(argument="x", xcoms=(XComSource(task_id="gone"),)),
        MapSource(argument="y", xcoms=(XComSource(task_id="a"),)),
    )
    graph = make.graph(make.task("a"), make.task("m", mapped=MapSpec(sources=sources)))
    run = make.run(graph, a="success", lengths={("a", "return_value", -1): 2})
    assert of_task(run, "m")["not_expanded"].endswith("of gone, which has none")


def test_a_task_that_is_about_to_be_skipped_or_to_fail_says_so() -> None:
    said = of_task(chain(a="failed"), "b")
    assert said == {"trigger_rule": "it is about to be upstream_failed: an upstream task failed"}
    said = of_task(chain(a="skipped"), "b")
    assert said == {"trigger_rule": "it is about to be skipped: an upstream task was skipped"}


def test_a_branch_that_decided_against_it_is_named() -> None:
    run = chain(a=make.instance(0, "success", skips=("b",)))
    assert of_task(run, "b") == {
        "excluded_by_branch": "it is about to be skipped: a decided not to run it"
    }


def test_what_it_did_not_wait_for_is_not_named() -> None:
    run = chain(a="running", trigger_rule=TriggerRule.ALWAYS)
    assert of_task(run, "b") == {"ready": "nothing holds it: it goes on in the next step"}


def test_a_task_that_has_ended_says_how() -> None:
    run = chain(a="failed", b="upstream_failed")
    noted = {make.one(run, "a").id: "exit code 1"}
    assert of_task(run, "a", noted=noted) == {
        "ended": "it is failed (exit code 1); clear it to run it again"
    }
    assert of_task(run, "b") == {"ended": "it is upstream_failed; clear it to run it again"}


def test_a_task_at_work_says_since_when() -> None:
    said = of_task(chain(a="queued"), "a", is_scheduled=False)
    assert said["starting"] == "it has a slot since 2026-11-22T11:59:00+00:00; its process starts"
    assert "no_scheduler" in said
    assert of_task(chain(a="queued"), "a").keys() == {"starting"}
    assert of_task(chain(a="running"), "a") == {
        "running": "it is running since 2026-11-22T11:59:10+00:00"
    }
    begun = make.instance(0, "running", started_at=None)
    assert of_task(chain(a=begun), "a") == {"running": "it is running"}


def test_a_task_that_waits_for_something_outside_says_for_what() -> None:
    assert "trigger" in of_task(chain(a="deferred"), "a")["deferred"]
    assert "person" in of_task(chain(a="awaiting_input"), "a")["awaiting_input"]
    assert "start again" in of_task(chain(a="restarting"), "a")["running"]


def test_a_task_of_a_run_that_has_ended_is_held_by_that() -> None:
    run = make.run(make.graph(make.task("a")), RunState.FAILED)
    assert set(told(why_instance(world(), run, make.one(run, "a")))) >= {"run_ended"}


def test_everything_that_holds_a_task_is_named_widest_first() -> None:
    graph = make.graph(
        make.task("a"), make.task("b", "a", pool="gone", depends_on_past=True), max_active_tasks=1
    )
    before = make.run(graph, run_id="yesterday", a="success", b="failed")
    run = make.run(graph, a="running", previous=before)
    known = world(
        run,
        dags=[make.view(graph, paused=True)],
        limits=Limits(parallelism=1),
        is_scheduled=False,
    )
    reasons = why_instance(known, run, make.one(run, "b"))
    assert [reason.row for reason in reasons] == [
        "no_scheduler",
        "dag_paused",
        "trigger_rule",
        "upstream",
        "depends_on_past",
        "parallelism",
        "pool_missing",
        "max_active_tasks",
    ]


def test_a_retry_that_is_due_is_not_held_by_its_upstream() -> None:
    retry = make.instance(1, "up_for_retry", due=make.NOW - timedelta(seconds=1))
    run = chain(a="running", b=retry)
    assert of_task(run, "b") == {"ready": "nothing holds it: it goes on in the next step"}


# --- workers ---------------------------------------------------------------------------------

REMOTE = frozenset({"", "CeleryExecutor"})


def test_a_queue_that_no_worker_hears_is_named_with_the_remedy() -> None:
    run = make.run(make.graph(make.task("a", queue="gpu")), a="queued")
    workers = Workers(executors=REMOTE, hearing={"default": ["celery@one"], "mail": ["celery@two"]})
    said = of_task(run, "a", workers=workers)
    assert said["no_worker"] == (
        "no worker hears queue 'gpu' (there are workers for: default, mail); start one with: "
        "airflow celery worker -q gpu"
    )
    heard = Workers(executors=REMOTE, hearing={"gpu": ["celery@one"]})
    assert of_task(run, "a", workers=heard).keys() == {"starting"}


def test_a_broker_that_cannot_be_reached_is_why_a_queued_task_waits() -> None:
    workers = Workers(executors=REMOTE, broker="Redis at 127.0.0.1:6379 refuses the connection.")
    said = of_task(chain(a="queued"), "a", workers=workers)
    assert said["no_broker"].endswith("127.0.0.1:6379 refuses the connection.")
    assert "there are workers for: none" in said["no_worker"]


def test_workers_are_not_asked_about_what_runs_here() -> None:
    run = make.run(make.graph(make.task("a", executor="LocalExecutor")), a="queued")
    assert of_task(run, "a", workers=Workers(executors=REMOTE)).keys() == {"starting"}
    assert of_task(chain(a="queued"), "a").keys() == {"starting"}
