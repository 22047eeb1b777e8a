"""What would happen, in virtual time."""

from datetime import timedelta
from typing import Any

from tests import make
from venturi.core.states import RunState, RunType
from venturi.decide.calendar import is_within
from venturi.decide.simulate import Assumed, Simulation, beginning, simulate
from venturi.decide.views import Limits, PoolView
from venturi.spec.graph import Graph
from venturi.spec.model import MapSource, MapSpec, TaskSpec, TriggerRule, XComSource
from venturi.spec.timetable.model import (
    Continuous,
    CronInterval,
    CronTrigger,
    Custom,
    DeltaInterval,
    Once,
    TimeDelta,
)

HOURLY = CronTrigger(expr="0 * * * *")
HOUR = 3600.0


def graph(*tasks: TaskSpec, **values: Any) -> Graph:
    """A DAG that runs every hour from long ago."""
    start = make.later(-1000 * HOUR)
    return make.graph(*tasks, **{"timetable": HOURLY, "start_date": start, **values})


def hours(of: Graph, count: float, assumed: Assumed | None = None, **how: Any) -> Simulation:
    """What would happen from NOW, a full hour, for so many hours."""
    return simulate([beginning(of, make.NOW)], make.NOW, make.later(count * HOUR), assumed, **how)


def starts(of: Simulation) -> list[tuple[str, float, float | None]]:
    """Tasks with their start and end in seconds after NOW."""
    return [
        (
            task.task_id + (f"[{task.map_index}]" if task.map_index >= 0 else ""),
            (task.started - make.NOW).total_seconds(),
            None if task.ended is None else (task.ended - make.NOW).total_seconds(),
        )
        for task in of.tasks
    ]


def test_runs_are_made_when_they_are_due_and_tasks_follow_each_other() -> None:
    said = hours(
        graph(make.task("a"), make.task("b", "a")),
        1,
        Assumed(durations={("d", "a"): 60.0}, otherwise=30.0),
    )
    assert starts(said) == [
        ("a", 0, 60),
        ("b", 60, 90),
        ("a", 3600, None),
    ]
    first, second = said.runs
    assert first.run_id == "scheduled__2026-11-22T12:00:00+00:00"
    assert (first.created, first.started, first.ended) == (make.NOW, make.NOW, make.later(90))
    assert (first.state, second.state) == (RunState.SUCCESS, RunState.RUNNING)
    assert second.ended is None and said.is_complete


def test_instant_tasks_end_when_they_start() -> None:
    said = hours(graph(make.task("a"), make.task("b", "a")), 2)
    assert [at for _, at, _ in starts(said)] == [0, 0, 3600, 3600, 7200, 7200]
    assert {run.state for run in said.runs} == {RunState.SUCCESS}


def test_the_first_run_is_the_first_that_is_due_from_the_start_on() -> None:
    every = CronInterval(expr="0 * * * *")
    for timetable in (HOURLY, every, DeltaInterval(delta=TimeDelta(microseconds=3600 * 10**6))):
        for catchup in (False, True):
            of = graph(make.task("a"), timetable=timetable, catchup=catchup)
            view = beginning(of, make.later(60))
            assert view.next_run is not None and view.next_run.run_after == make.later(3600)
            assert beginning(of, make.NOW).next_run is not None
            assert view.last_run is not None and view.last_run.run_after == make.NOW


def test_what_was_due_before_the_start_and_what_has_no_schedule_does_not_run() -> None:
    assert hours(graph(make.task("a"), timetable=Once()), 5).runs == ()
    assert hours(make.graph(make.task("a")), 5).runs == ()
    assert hours(graph(make.task("a"), timetable=Custom(import_path="x.Y")), 5).runs == ()


def test_a_paused_dag_is_simulated_as_if_it_were_not() -> None:
    view = beginning(graph(make.task("a")), make.NOW)
    view.paused = True
    assert len(simulate([view], make.NOW, make.NOW).runs) == 1
    assert view.paused and view.running == 0


def test_depends_on_past_lets_runs_wait_for_each_other() -> None:
    said = hours(graph(make.task("a", depends_on_past=True)), 2, Assumed(otherwise=1.5 * HOUR))
    assert [at for _, at, _ in starts(said)] == [0, 1.5 * HOUR]


def test_max_active_runs_delays_the_making_of_runs() -> None:
    of = graph(make.task("a"), max_active_runs=1, catchup=True)
    said = hours(of, 3, Assumed(otherwise=1.5 * HOUR))
    made = [(run.created - run.run_after).total_seconds() / HOUR for run in said.runs]
    assert made == [0, 0.5, 1]


def test_a_pool_makes_tasks_wait_and_heavier_ones_go_first() -> None:
    of = graph(make.task("light", pool="p"), make.task("heavy", pool="p", priority_weight=5))
    said = hours(of, 0.5, Assumed(otherwise=60.0, pools={"p": PoolView(1)}))
    assert starts(said) == [("heavy", 0, 60), ("light", 60, 120)]
    assert said.tasks[1].ready == make.NOW


def test_places_and_parallelism_hold() -> None:
    of = graph(*(make.task(name) for name in "abcd"))
    for assumed in (
        Assumed(otherwise=60.0, places=2),
        Assumed(otherwise=60.0, limits=Limits(parallelism=2)),
    ):
        assert [at for _, at, _ in starts(hours(of, 0.5, assumed))] == [0, 0, 60, 60]


def test_where_no_pools_are_described_all_have_room_and_where_some_are_no_other_is_there() -> None:
    of = graph(*(make.task(f"t{i}", pool="new", pool_slots=9) for i in range(10)))
    assert len(hours(of, 0).tasks) == 10
    assert hours(of, 0, Assumed(pools={"other": PoolView(1)})).tasks == ()


def test_mapped_tasks_expand_over_as_many_items_as_are_assumed() -> None:
    of = graph(make.task("a"), make.mapped("m", "a"), make.mapped("n", "m"), make.task("end", "n"))
    said = hours(of, 0.5, Assumed(items=2, otherwise=1.0))
    assert [name for name, *_ in starts(said)] == ["a", "m[0]", "m[1]", "n[0]", "n[1]", "end"]


def test_results_under_other_keys_are_assumed_too() -> None:
    source = MapSource(argument="x", xcoms=(XComSource(task_id="a", key="rows"),))
    of = graph(make.task("a"), make.task("m", "a", mapped=MapSpec(sources=(source,))))
    assert [name for name, *_ in starts(hours(of, 0, Assumed(items=2)))] == ["a", "m[0]", "m[1]"]


def test_a_task_with_nothing_to_execute_takes_no_time_and_no_place() -> None:
    of = graph(make.task("a"), make.task("join", "a", is_empty=True), make.task("b", "join"))
    said = hours(of, 0.5, Assumed(otherwise=10.0))
    assert starts(said) == [("a", 0, 10), ("join", 10, 10), ("b", 10, 20)]


def test_a_task_that_is_skipped_does_not_start() -> None:
    alarm = make.task("alarm", "a", trigger_rule=TriggerRule.ONE_FAILED)
    said = hours(graph(make.task("a"), alarm), 0)
    assert [name for name, *_ in starts(said)] == ["a"]
    assert said.runs[0].state is RunState.SUCCESS


def test_a_run_whose_time_is_up_fails_and_its_tasks_end() -> None:
    of = graph(make.task("a"), make.task("b", "a"), dagrun_timeout=100.0)
    said = hours(of, 0.5, Assumed(otherwise=80.0))
    assert starts(said) == [("a", 0, 80), ("b", 80, 100)]
    assert said.runs[0].state is RunState.FAILED and said.runs[0].ended == make.later(100)


def test_a_continuous_dag_runs_one_run_after_the_other() -> None:
    of = graph(make.task("a"), timetable=Continuous(), max_active_runs=1)
    said = hours(of, 0.5, Assumed(otherwise=600.0))
    assert [round(at) for _, at, _ in starts(said)] == [0, 600, 1200, 1800]


def test_a_simulation_without_end_ends_after_so_many_runs() -> None:
    of = graph(make.task("a"), timetable=Continuous(), max_active_runs=1)
    said = hours(of, 0.5, most=20)
    assert 20 <= len(said.runs) < 60 and not said.is_complete


def test_several_dags_share_what_there_is() -> None:
    one = beginning(graph(make.task("a"), dag_id="one"), make.NOW)
    two = beginning(graph(make.task("a"), dag_id="two"), make.NOW)
    said = simulate([one, two], make.NOW, make.later(60), Assumed(otherwise=10.0, places=1))
    assert [(task.dag_id, task.started) for task in said.tasks] == [
        ("one", make.NOW),
        ("two", make.later(10)),
    ]


def test_a_task_takes_part_only_between_its_own_dates() -> None:
    of = graph(
        make.task("always"),
        make.task("later", start_date=make.later(HOUR)),
        make.task("before", end_date=make.later(1)),
    )
    said = hours(of, 1)
    assert [name for name, *_ in starts(said)] == ["always", "before", "always", "later"]
    assert is_within(make.task("t", start_date=make.later(1)), make.NOW, RunType.MANUAL)


def test_a_simulation_has_one_answer() -> None:
    of = graph(*(make.task(f"t{i}", pool="p", depends_on_past=True) for i in range(5)))
    assumed = Assumed(otherwise=1000.0, pools={"p": PoolView(2)})
    assert hours(of, 24, assumed) == hours(of, 24, assumed)


def test_a_year_of_an_hourly_dag_that_depends_on_its_past() -> None:
    of = graph(make.task("a", depends_on_past=True), start_date=make.NOW, catchup=True)
    said = simulate(
        [beginning(of, make.NOW)],
        make.NOW,
        make.NOW + timedelta(days=365),
        Assumed(otherwise=60.0),
    )
    assert len(said.runs) == 365 * 24 + 1 == len(said.tasks)
    assert all(
        task.started == run.run_after for task, run in zip(said.tasks, said.runs, strict=True)
    )
