"""DAGs: their arguments, eras and tasks."""

import copy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from venturi.core.errors import InvalidInput, VenturiError
from venturi.sdk.dag import DAG, dag
from venturi.sdk.defaults import Defaults, set_defaults
from venturi.sdk.exceptions import (
    AirflowDagCycleException,
    AirflowDagDuplicatedIdException,
    AirflowDagInconsistent,
    AirflowException,
    DuplicateTaskIdFound,
    TaskNotFound,
)
from venturi.sdk.freeze import collect_dags, freeze_dag
from venturi.sdk.operator import BaseOperator
from venturi.sdk.taskflow.task import task
from venturi.spec.model import Era
from venturi.spec.timetable import model

START = datetime(2026, 1, 1, tzinfo=UTC)

OLD_MANNER = """
from datetime import datetime, timedelta
from venturi.sdk.dag import DAG
from venturi.batteries.operators.bash import BashOperator

args = {
    "owner": "airflow",
    "start_date": datetime(2016, 5, 29, 8, 30),
    "email": ["someone@example.org"],
    "email_on_failure": False,
    "depends_on_past": False,
    "retries": 1,
    "retry_delay": timedelta(hours=30),
}
dag = DAG("old", default_args=args, schedule_interval="@once")
first = BashOperator(task_id="first", bash_command="date", dag=dag)
second = BashOperator(task_id="second", bash_command="echo x ", retries=3, dag=dag)
third = BashOperator(
    task_id="third", bash_command="echo {{ params.mine }}", params={"mine": "p"}, dag=dag
)
second.set_upstream(first)
dag.set_dependency("second", "third")
"""


def read(source: str, **names: Any) -> ModuleType:
    """A module of this text."""
    module = ModuleType("authors_file")
    module.__dict__.update(names)
    exec(compile(source, "/dags/authors_file.py", "exec"), module.__dict__)
    return module


def test_a_file_in_the_manner_of_1x_becomes_what_its_author_meant() -> None:
    (found,) = collect_dags(read(OLD_MANNER), "/dags/authors_file.py")
    spec = freeze_dag(found, "/dags")
    first, second, third = spec.tasks
    assert spec.relative_fileloc == "authors_file.py"
    assert spec.timetable == model.Once()
    assert spec.start_date == datetime(2016, 5, 29, 8, 30, tzinfo=UTC)
    assert (first.retries, second.retries, third.retries) == (1, 3, 1)
    assert first.retry_delay == 108_000
    assert (second.upstream, third.upstream) == (("first",), ("second",))
    assert first.email is not None and first.email.to == ("someone@example.org",)
    assert (first.email.on_failure, first.email.on_retry) == (False, True)
    assert third.params["mine"]["value"] == "p"


@pytest.mark.parametrize(
    ("marked", "said", "era", "timetable", "catchup"),
    [
        ("", "", Era.V3, model.Null(), False),
        (
            "2",
            "",
            Era.V2,
            model.DeltaInterval(delta=model.TimeDelta(microseconds=86_400_000_000)),
            True,
        ),
        ("1", "schedule_interval='@daily'", Era.V1, model.CronInterval(expr="0 0 * * *"), True),
        ("", "schedule_interval='@daily'", Era.V2, model.CronInterval(expr="0 0 * * *"), True),
        ("", "schedule='@daily'", Era.V3, model.CronTrigger(expr="0 0 * * *"), False),
        ("2", "schedule=None", Era.V2, model.Null(), True),
        (
            "2",
            "schedule='@daily', catchup=False",
            Era.V2,
            model.CronInterval(expr="0 0 * * *"),
            False,
        ),
        ("", "schedule='@daily', catchup=True", Era.V3, model.CronTrigger(expr="0 0 * * *"), True),
    ],
)
def test_what_is_left_out_follows_the_era_of_the_file(
    marked: str, said: str, era: Era, timetable: Any, catchup: bool
) -> None:
    names = {"__venturi_era__": Era(marked)} if marked else {}
    module = read(f"from venturi.sdk.dag import DAG\nd = DAG('x', {said})", **names)
    spec = freeze_dag(module.d)
    assert (spec.era, spec.timetable, spec.catchup) == (era, timetable, catchup)


def test_configured_catchup_wins_over_the_era_but_not_over_the_file() -> None:
    set_defaults(Defaults(catchup=True))
    assert DAG("a").catchup is True
    assert DAG("a", catchup=False).catchup is False


def test_naive_dates_are_in_the_default_zone_and_aware_ones_give_the_dag_its_zone() -> None:
    set_defaults(Defaults(timezone="Asia/Shanghai"))
    naive = DAG("a", start_date=datetime(2026, 1, 1), schedule="0 8 * * *")
    aware = DAG("b", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Zurich")))
    assert freeze_dag(naive).start_date == datetime(2025, 12, 31, 16, tzinfo=UTC)
    assert freeze_dag(naive).timetable == model.CronTrigger(
        expr="0 8 * * *", timezone="Asia/Shanghai"
    )
    assert freeze_dag(aware).timezone == "Europe/Zurich"


def test_two_names_for_the_schedule_are_refused() -> None:
    with pytest.raises(AirflowDagInconsistent, match=r"schedule and schedule_interval"):
        DAG("a", schedule="@daily", schedule_interval="@daily")


@pytest.mark.parametrize("dag_id", ["", "has space", "has/slash", "x" * 251])
def test_an_id_that_cannot_be_used_is_refused(dag_id: str) -> None:
    with pytest.raises(InvalidInput, match="DAG id"):
        DAG(dag_id)


def test_a_circle_is_named_in_its_order() -> None:
    with DAG("a") as made:
        one, two, three, four = (BaseOperator(task_id=each) for each in "abcd")
        one >> two >> three >> one
        one >> four
    with pytest.raises(AirflowDagCycleException, match="a >> b >> c >> a"):
        freeze_dag(made)


def test_a_task_that_waits_for_itself_is_a_circle() -> None:
    with DAG("a") as made:
        one = BaseOperator(task_id="one")
        one >> one
    with pytest.raises(AirflowDagCycleException, match="one >> one"):
        made.check_cycle()


def test_a_task_id_taken_twice_is_refused_with_its_place() -> None:
    with DAG("a"):
        BaseOperator(task_id="t")
        with pytest.raises(DuplicateTaskIdFound, match=r"'t'.*test_dag\.py:\d+"):
            BaseOperator(task_id="t")


def test_two_dags_of_one_id_in_a_file_are_refused() -> None:
    module = read("from venturi.sdk.dag import DAG\na = DAG('x')\nb = DAG('x')\n")
    with pytest.raises(AirflowDagDuplicatedIdException, match=r"py:3 .*py:2"):
        collect_dags(module)


def test_a_dag_under_two_names_counts_once() -> None:
    module = read("from venturi.sdk.dag import DAG\na = DAG('x')\nb = a\n")
    assert [each.dag_id for each in collect_dags(module)] == ["x"]


def test_dags_register_themselves_at_the_end_of_their_block_unless_told_not_to() -> None:
    module = read(
        "from venturi.sdk.dag import DAG, dag\n"
        "def make():\n"
        "    with DAG('kept'): pass\n"
        "    with DAG('left', auto_register=False): pass\n"
        "    DAG('loose')\n"
        "make()\n"
        "@dag(schedule=None)\n"
        "def decorated(): pass\n"
        "decorated()\n"
    )
    assert [each.dag_id for each in collect_dags(module)] == ["kept", "decorated"]
    assert collect_dags(ModuleType("next_file")) == []


def test_dag_decorator_names_documents_and_parametrises() -> None:
    @dag(schedule="@daily", start_date=START)  # type: ignore[untyped-decorator]
    def reports(day: str = "monday") -> None:
        """What it is for."""

        @task
        def show(name: Any) -> None: ...

        show(day)

    made = reports("friday")
    assert (made.dag_id, made.doc_md) == ("reports", "What it is for.")
    assert made.params["day"] == "friday"
    argument = made.get_task("show").op_args[0]
    assert argument.resolve({"params": {"day": "sunday"}}) == "sunday"


def test_tasks_take_the_narrower_dates_of_themselves_and_their_dag() -> None:
    late, early = START + timedelta(days=1), START - timedelta(days=1)
    with DAG("a", start_date=START, end_date=late):
        inherits = BaseOperator(task_id="x")
        later = BaseOperator(task_id="y", start_date=late)
        earlier = BaseOperator(task_id="z", start_date=early, end_date=START)
    assert (inherits.start_date, inherits.end_date) == (START, late)
    assert later.start_date == late
    assert (earlier.start_date, earlier.end_date) == (START, START)


def test_roots_leaves_order_and_lookup() -> None:
    with DAG("a") as made:
        a, b, c = (BaseOperator(task_id=each) for each in "abc")
        c >> b >> a
    assert [each.task_id for each in made.roots] == ["c"]
    assert [each.task_id for each in made.leaves] == ["a"]
    assert [each.task_id for each in made.topological_sort()] == ["c", "b", "a"]
    assert made["b"] is b and "b" in made and made.has_task("b")
    assert made.task_ids == ["a", "b", "c"]
    with pytest.raises(TaskNotFound, match="no task 'z'"):
        made.get_task("z")


def test_partial_subset_keeps_the_neighbours_asked_for_and_leaves_the_dag_alone() -> None:
    with DAG("a") as made:
        tasks = [BaseOperator(task_id=each) for each in ("a1", "b", "a2", "c")]
        tasks[0] >> tasks[1] >> tasks[2] >> tasks[3]
    upward = made.partial_subset("b", include_upstream=True)
    alone = made.sub_dag(r"^a", include_upstream=False)
    assert sorted(upward.task_ids) == ["a1", "b"]
    assert upward.get_task("b").downstream_task_ids == set()
    assert sorted(alone.task_ids) == ["a1", "a2"]
    assert made.get_task("b").downstream_task_ids == {"a2"}


def test_a_copied_dag_shares_no_tasks() -> None:
    with DAG("a", start_date=START) as made:
        BaseOperator(task_id="x") >> BaseOperator(task_id="y")
    twin = copy.deepcopy(made)
    twin.get_task("x").downstream_task_ids.clear()
    assert made.get_task("x").downstream_task_ids == {"y"}
    assert twin.get_task("x").get_dag() is twin


def test_arrows_put_tasks_into_a_dag_as_1x_did() -> None:
    made, other = DAG("a"), DAG("b")
    loose = BaseOperator(task_id="x")
    made >> loose
    assert loose.dag is made
    with pytest.raises(AirflowException, match="cannot join"):
        loose >> other


def test_tasks_of_different_dags_cannot_be_joined() -> None:
    with DAG("a"):
        one = BaseOperator(task_id="x")
    with DAG("b"):
        two = BaseOperator(task_id="y")
    with pytest.raises(AirflowException, match="different DAGs"):
        one >> two


def test_following_and_previous_schedule() -> None:
    made = DAG("a", start_date=START, schedule="0 6 * * *")
    six = START.replace(hour=6)
    assert made.following_schedule(START) == six
    assert made.previous_schedule(six) == six - timedelta(days=1)
    assert made.get_run_dates(six, six + timedelta(days=2)) == [
        six + timedelta(days=each) for each in range(3)
    ]
    assert made.date_range(six, num=2) == [six, six + timedelta(days=1)]


def test_next_run_of_an_interval_schedule_fires_at_its_end() -> None:
    made = DAG("a", start_date=START, schedule_interval="@daily", catchup=True)
    first = made.next_dagrun_info(None)
    assert first.data_interval == (START, START + timedelta(days=1))
    assert first.run_after == START + timedelta(days=1)
    second = made.next_dagrun_info(first.data_interval)
    assert second.logical_date == START + timedelta(days=1)


def test_a_mistake_found_while_freezing_names_file_and_line() -> None:
    module = read("from venturi.sdk.dag import DAG\n\nd = DAG('bad', schedule='61 * * * *')\n")
    with pytest.raises(VenturiError, match=r"^/dags/authors_file.py:3: .*bad"):
        freeze_dag(module.d)


@pytest.mark.parametrize("said", [{"schedule": "@hurly"}, {"schedule": 7}, {"schedule": ["text"]}])
def test_a_schedule_that_is_none_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(VenturiError, match="DAG 'a'"):
        freeze_dag(DAG("a", **said))


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(VenturiError, match="end_date"):
        freeze_dag(DAG("a", start_date=START, end_date=START - timedelta(days=1)))


def test_every_argument_of_every_era_is_accepted() -> None:
    with pytest.raises(TypeError, match="no_such_argument"):
        DAG("a", no_such_argument=1)  # type: ignore[call-arg]
    made = DAG(
        "a", "words", timedelta(days=1), START, template_searchpath="/tmp", template_undefined=None,
        user_defined_macros={}, user_defined_filters={}, default_args={"task_concurrency": 3},
        concurrency=7, max_active_runs=2, dagrun_timeout=timedelta(hours=1),
        sla_miss_callback=print, default_view="graph", orientation="TB", catchup=True,
        on_success_callback=print, on_failure_callback=[print], doc_md="d", params={"p": 1},
        access_control={"role": {"can_read"}}, is_paused_upon_creation=True,
        jinja_environment_kwargs={"trim_blocks": True}, render_template_as_native_obj=True,
        tags=["b", "a"], owner_links={"o": "https://example.org"}, auto_register=True,
        fail_stop=False, dag_display_name="A", deadline=None, allowed_run_types=["manual"],
        max_consecutive_failed_dag_runs=4, disable_bundle_versioning=True,
        rerun_with_latest_version=False,
    )  # fmt: skip
    with made:
        assert BaseOperator(task_id="x").max_active_tis_per_dag == 3
    spec = freeze_dag(made)
    assert (spec.max_active_tasks, spec.max_active_runs, spec.dagrun_timeout) == (7, 2, 3600.0)
    assert (spec.tags, spec.orientation, spec.label) == (("a", "b"), "TB", "A")
    assert [each.value for each in spec.callbacks] == ["on_success", "on_failure", "sla_miss"]
    assert spec.access_control == {"role": ["can_read"]}
    assert spec.allowed_run_types == ("manual",)


def test_two_readings_of_a_file_give_the_same_description(tmp_path: Path) -> None:
    source = OLD_MANNER + "\nfirst.on_failure_callback = lambda context: None\n"
    source += "first.resources = {'fn': lambda: 1, 'obj': object()}\n"
    one, two = (freeze_dag(read(source).dag) for _ in range(2))
    assert one == two
    assert " at 0x" not in str(one)
