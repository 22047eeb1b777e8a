"""The task instance as the task itself sees it."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sdk_runtime.make import DAY, FakeClock, FakeComms, attempt, run
from venturi.core.attempts import XComValue
from venturi.core.requests import CountInstances, GetRun, GetStates, SetXCom
from venturi.sdk.comms import comms_set
from venturi.sdk.runtime_run import DagRun, info_of
from venturi.sdk.runtime_ti import RuntimeTaskInstance, TaskInstanceKey
from venturi.sdk.serde import NotSerializable
from venturi.spec.model import Era


def instance(era: Era = Era.V3, clock: FakeClock | None = None, **fields: Any) -> Any:
    dag = SimpleNamespace(dag_id="d", era=era)
    return RuntimeTaskInstance(
        attempt(**fields), SimpleNamespace(task_id="t"), dag=dag, clock=clock or FakeClock()
    )


@pytest.fixture
def comms() -> Any:
    fake = FakeComms()
    with comms_set(fake):
        yield fake


def test_it_knows_its_names() -> None:
    ti = instance(try_number=2, map_index=3, max_tries=4)
    assert ti.key == TaskInstanceKey("d", "t", "r1", 2, 3)
    assert ti.key.primary == ("d", "t", "r1", 3)
    assert (ti.dag_id, ti.task_id, ti.run_id, ti.map_index) == ("d", "t", "r1", 3)
    assert (ti.try_number, ti.max_tries, ti.state, ti.test_mode) == (2, 4, "running", False)
    assert ti.execution_date == ti.logical_date == ti.dag_run.execution_date == DAY
    assert ti.hostname and ti.unixname and ti.pool == "default_pool"
    assert repr(ti) == "<TaskInstance: d.t r1 map_index=3 [running]>"


def test_it_knows_how_long_it_has_been_running() -> None:
    clock = FakeClock()
    ti = instance(clock=clock)
    clock.at += timedelta(seconds=90)
    assert ti.duration == 90
    assert ti.start_date == clock.at - timedelta(seconds=90)


def test_a_rescheduled_sensor_counts_from_its_first_attempt() -> None:
    ti = instance(first_started_at=DAY, reschedule_count=2)
    assert ti.first_started_at == ti.get_first_reschedule_date(None) == DAY
    assert instance().get_first_reschedule_date(None) is None


def test_links_lead_to_the_page_of_the_try(option: Any) -> None:
    option("api", "base_url", "https://flow.example.org/")
    ti = instance(map_index=1, run=run(run_id="manual__2026-11-22T00:00:00+00:00"))
    assert ti.log_url == (
        "https://flow.example.org/dags/d/runs/manual__2026-11-22T00%3A00%3A00%2B00%3A00"
        "/tasks/t/mapped/1?try_number=1"
    )


def test_pushing_says_what_cannot_be_stored(comms: FakeComms) -> None:
    ti = instance()
    with pytest.raises(NotSerializable, match="XCom 'k' of task 't'"):
        ti.xcom_push("k", object())
    ti.xcom_push(key="k", value=[1, 2])
    assert comms.asked == [
        SetXCom(dag_id="d", run_id="r1", task_id="t", key="k", value="[1, 2]", length=2)
    ]


def test_old_files_keep_the_keys_of_their_dicts(comms: FakeComms) -> None:
    instance(Era.V1).xcom_push("k", {1: "a"})
    assert instance(Era.V1).xcom_pull(task_ids="t", key="k") == {1: "a"}
    instance(Era.V2).xcom_push("k", {1: "a"})
    assert instance(Era.V2).xcom_pull(task_ids="t", key="k") == {"1": "a"}


def test_one_task_gives_one_value(comms: FakeComms) -> None:
    comms.push("a", 1)
    for era in Era:
        assert instance(era).xcom_pull("a") == 1
        assert instance(era).xcom_pull("b") is None
        assert instance(era).xcom_pull("b", default=5) == 5
        assert instance(era).xcom_pull(task_ids="a", key="other") is None


def test_several_tasks_give_several_values_in_the_order_asked(comms: FakeComms) -> None:
    comms.push("a", 1)
    comms.push("b", 2)
    assert instance(Era.V1).xcom_pull(["b", "gone", "a"]) == (2, None, 1)
    assert instance(Era.V2).xcom_pull(["b", "gone", "a"]) == [2, 1]
    assert instance(Era.V3).xcom_pull(("b", "a")) == [2, 1]


def test_no_task_means_any_in_old_files_and_itself_in_new_ones(comms: FakeComms) -> None:
    comms.push("t", "mine")
    comms.push("other", "newest")
    assert instance(Era.V1).xcom_pull() == instance(Era.V2).xcom_pull() == "newest"
    assert instance(Era.V3).xcom_pull() == "mine"


def test_no_key_means_any(comms: FakeComms) -> None:
    comms.push("a", 1, key="x")
    comms.push("a", 2, key="y")
    assert instance().xcom_pull("a", key=None) == 2


def test_a_mapped_task_gives_the_values_of_its_instances(comms: FakeComms) -> None:
    for index in (2, 0, 1):
        comms.push("m", index * 10, map_index=index)
    ti = instance()
    assert ti.xcom_pull("m") == [0, 10, 20]
    assert ti.xcom_pull("m", map_indexes=1) == 10
    assert ti.xcom_pull("m", map_indexes=7, default="none") == "none"
    assert ti.xcom_pull("m", map_indexes=[2, 0, 7]) == [20, 0, None]
    comms.push("a", "plain")
    assert ti.xcom_pull(["a", "m"]) == ["plain", 0, 10, 20]
    assert ti.xcom_pull(["m"], map_indexes=[1, 0]) == [10, 0]


def test_earlier_runs_count_when_asked_for(comms: FakeComms) -> None:
    comms.push("a", "earlier", run="r0")
    assert instance().xcom_pull("a") is None
    assert instance().xcom_pull("a", include_prior_dates=True) == "earlier"
    assert instance().xcom_pull("a", run_id="r0") == "earlier"


def test_other_dags_are_asked_for_even_when_something_was_sent_along(comms: FakeComms) -> None:
    ti = instance(xcoms=(XComValue(task_id="a", value="1"),), prefetched=("a",))
    assert ti.xcom_pull("a") == 1
    assert comms.asked == []
    ti.xcom_pull("a", dag_id="other")
    ti.xcom_pull("a", include_prior_dates=True)
    ti.xcom_pull(["a", "b"])
    assert len(comms.asked) == 3


def test_what_was_sent_along_is_looked_at_by_key_and_index(comms: FakeComms) -> None:
    sent = (
        XComValue(task_id="m", value="1", map_index=0),
        XComValue(task_id="m", value="2", map_index=1),
        XComValue(task_id="m", value="3", map_index=1, key="other"),
    )
    ti = instance(xcoms=sent, prefetched=("m",))
    assert ti.xcom_pull("m") == [1, 2]
    assert ti.xcom_pull("m", map_indexes=1) == 2
    assert ti.xcom_pull("m", key="other", map_indexes=1) == 3
    assert ti.xcom_pull("m", key="nothing", default=0) == 0
    assert comms.asked == []


def test_questions_about_other_instances(comms: FakeComms) -> None:
    comms.answers = {CountInstances: 3, GetStates: {"r0": {"a": "success"}}}
    ti = instance()
    assert ti.get_ti_count("d", task_ids=["a"], states=["success"]) == 3
    assert ti.get_dr_count("d", run_ids=["r0"]) == 3
    assert ti.get_task_states("d", run_ids=["r0"]) == {"r0": {"a": "success"}}
    assert ti.dag_run.get_task_states() == {}
    assert comms.asked[0].task_ids == ("a",)  # type: ignore[union-attr]
    assert comms.asked[1].task_ids is None  # type: ignore[union-attr]


def test_the_run_before_is_asked_for(comms: FakeComms) -> None:
    ti = instance()
    assert ti.get_previous_dagrun() is None
    assert ti.get_previous_start_date() is None
    assert ti.get_dagrun_state("d", "gone") is None
    comms.runs = [
        {"dag_id": "d", "run_id": "r0", "run_type": "scheduled", "state": "failed",
         "logical_date": DAY.isoformat(), "run_after": DAY.isoformat(), "conf": {"a": 1}},
    ]  # fmt: skip
    before = ti.get_previous_dagrun(state="failed")
    assert (before.run_id, before.state, before.conf) == ("r0", "failed", {"a": 1})
    assert ti.get_previous_execution_date() == DAY
    assert ti.get_dagrun_state("d", "r0") == "failed"
    assert GetRun(dag_id="d", before=DAY, state="failed") in comms.asked


def test_the_number_of_instances_is_asked_for_once(comms: FakeComms) -> None:
    comms.answers = {CountInstances: 4}
    assert instance().expanded_count is None
    ti = instance(map_index=0)
    assert (ti.expanded_count, ti.expanded_count, len(comms.asked)) == (4, 4, 1)


def test_a_run_knows_its_dates() -> None:
    found = DagRun(run(conf="null", note="n", triggering_user="me"))
    assert (found.conf, found.note, found.triggering_user_name) == ({}, "n", "me")
    assert found.data_interval_start == found.run_after == DAY
    assert found.start_date == DAY + timedelta(minutes=1)
    assert found.queued_at is None
    assert not found.is_backfill
    assert DagRun(run(run_type="backfill")).is_backfill
    assert DagRun(run(run_type="new kind", state="odd")).state == "odd"


def test_an_answer_may_lack_what_is_not_known() -> None:
    found = info_of({"dag_id": "d", "run_id": "r", "logical_date": DAY.isoformat()})
    assert (found.run_type, found.run_after) == ("manual", DAY)


def test_a_run_shows_its_task_instances(comms: FakeComms) -> None:
    comms.answers = {GetStates: {"r1": {"a": "failed", "m_0": "success", "a_1": None}}}
    dag = SimpleNamespace(task_dict={"a": 1, "m": 1, "a_1": 1})
    found = DagRun(run(), dag)
    assert [(each.task_id, each.map_index) for each in found.get_task_instances()] == [
        ("a", -1), ("m", 0), ("a_1", -1),
    ]  # fmt: skip
    assert [each.task_id for each in found.get_task_instances(state=["failed"])] == ["a"]
    one = found.get_task_instance("m", map_index=0)
    assert one is not None and one.current_state() == "success"
    assert found.get_task_instance("gone") is None
