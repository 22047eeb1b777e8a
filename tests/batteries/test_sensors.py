"""Sensors: what they wait for, and when it is there."""

import time as wall
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.batteries.make import DATE, Comms, TaskInstance, context, run
from tests.batteries.test_branch_by_time import At
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.sensors.bash import BashSensor
from venturi.batteries.sensors.date_time import DateTimeSensor, DateTimeSensorAsync
from venturi.batteries.sensors.day_of_week import DayOfWeekSensor
from venturi.batteries.sensors.external_task import (
    ExternalTaskFailed,
    ExternalTaskMarker,
    ExternalTaskSensor,
)
from venturi.batteries.sensors.filesystem import FileSensor
from venturi.batteries.sensors.python import PythonSensor
from venturi.batteries.sensors.time import TimeSensor, TimeSensorAsync
from venturi.batteries.sensors.time_delta import (
    TimeDeltaSensor,
    TimeDeltaSensorAsync,
    WaitSensor,
)
from venturi.core.requests import CountInstances, GetDagState, GetStates
from venturi.core.states import TaskState
from venturi.sdk.comms import comms_set
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.sensor import PokeReturnValue


def poked(sensor: Any, now: datetime = DATE, **changes: Any) -> Any:
    sensor.clock = At(now)
    return sensor.poke(context(**changes))


def test_a_command_is_asked_until_it_succeeds() -> None:
    assert poked(BashSensor(task_id="s", bash_command="true")) is True
    assert poked(BashSensor(task_id="s", bash_command="exit 5")) is False
    assert poked(BashSensor(task_id="s", bash_command="exit 5", retry_exit_code=5)) is False
    with pytest.raises(AirflowFailException, match="exit code 6"):
        poked(BashSensor(task_id="s", bash_command="exit 6", retry_exit_code=5))


def test_a_function_is_asked_with_its_context() -> None:
    def ready(ds: str, wanted: str) -> bool:
        return ds == wanted

    sensor = PythonSensor(task_id="s", python_callable=ready, op_kwargs={"wanted": "2026-11-20"})
    assert poked(sensor) is True
    value = PokeReturnValue(is_done=True, xcom_value=7)
    with DAG("d"):
        task = PythonSensor(task_id="s", python_callable=lambda: value)
    assert run(task).xcoms[0].value == "7"


def test_a_file_is_waited_for(connect: Any, tmp_path: Path) -> None:
    def there(path: str, **kwargs: Any) -> Any:
        return poked(FileSensor(task_id="s", filepath=path, **kwargs))

    assert there(str(tmp_path / "*.txt")) is False
    (tmp_path / "empty").mkdir()
    assert there(str(tmp_path / "empty")) is False
    (tmp_path / "a.txt").write_text("")
    assert there(str(tmp_path / "*.txt")) is True
    assert there(str(tmp_path)) is True
    assert there(str(tmp_path / "**" / "a.txt"), recursive=True) is True
    connect("here", f"fs://?path={tmp_path}")
    assert there("a.txt", fs_conn_id="here") is True
    with pytest.raises(AirflowException, match="nowhere"):
        there("a.txt", fs_conn_id="nowhere")


def test_a_time_of_day_is_that_of_the_day_of_the_first_look() -> None:
    with DAG("d", start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Shanghai"))):
        sensor = TimeSensor(task_id="s", target_time=time(18))
    ti = TaskInstance(first_started_at=datetime(2026, 11, 20, 8, tzinfo=UTC))
    assert poked(sensor, datetime(2026, 11, 20, 9, 59, tzinfo=UTC), ti=ti) is False
    assert poked(sensor, datetime(2026, 11, 20, 10, tzinfo=UTC), ti=ti) is True
    # After midnight it is still the time of the day before.
    assert poked(sensor, datetime(2026, 11, 20, 17, tzinfo=UTC), ti=ti) is True


def test_a_delta_counts_from_the_end_of_the_interval() -> None:
    sensor = TimeDeltaSensor(task_id="s", delta=timedelta(hours=1))
    assert poked(sensor, DATE + timedelta(minutes=59)) is False
    assert poked(sensor, DATE + timedelta(minutes=60)) is True


def test_a_wait_counts_from_the_first_start() -> None:
    sensor = WaitSensor(task_id="s", time_to_wait=5)
    assert poked(sensor, DATE + timedelta(minutes=4)) is False
    assert poked(sensor, DATE + timedelta(minutes=5)) is True


@pytest.mark.parametrize(
    "target", [DATE, "2026-11-20T08:30:00+00:00", "2026-11-20 08:30:00", "20 Nov 2026 8:30"]
)
def test_a_moment_may_be_written_in_many_ways(target: Any) -> None:
    sensor = DateTimeSensor(task_id="s", target_time=target)
    assert poked(sensor, DATE - timedelta(seconds=1)) is False
    assert poked(sensor, DATE) is True


def test_a_moment_that_is_none_is_named() -> None:
    with pytest.raises(AirflowException, match="'soon' of 's' is not a date"):
        poked(DateTimeSensor(task_id="s", target_time="soon"))


def test_a_day_of_the_week_is_waited_for() -> None:
    assert poked(DayOfWeekSensor(task_id="s", week_day="Friday")) is True
    assert poked(DayOfWeekSensor(task_id="s", week_day={"Monday"})) is False
    later = DATE + timedelta(days=1)
    by_run = DayOfWeekSensor(task_id="s", week_day="Friday", use_task_logical_date=True)
    assert poked(by_run, later) is True


def test_async_sensors_hold_no_slot() -> None:
    with DAG("d") as dag:
        TimeSensorAsync(task_id="a", target_time=time(1))
        TimeDeltaSensorAsync(task_id="b", delta=timedelta(1))
        DateTimeSensorAsync(task_id="c", target_time=DATE)
        FileSensor(task_id="e", filepath="x", deferrable=True)
    assert all(task.reschedule and task.is_sensor for task in freeze_dag(dag).tasks)


# --- other DAGs ----------------------------------------------------------------------------------


def external(answers: dict[type, Any], **kwargs: Any) -> tuple[Any, Comms]:
    sensor = ExternalTaskSensor(task_id="s", external_dag_id="other", **kwargs)
    comms = Comms(answers)
    with comms_set(comms):
        return sensor.poke(context()), comms


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        ({}, False),
        ({"r": {"x": "running"}}, False),
        ({"r": {"x": None}}, False),
        ({"r": {"x": "success"}}, True),
        ({"r": {"x": "removed"}}, False),
        ({"r": {"x_0": "success", "x_1": "running"}}, False),
        ({"r": {"x_0": "success", "x_1": "success"}}, True),
    ],
)
def test_a_task_of_another_dag_is_waited_for(runs: Any, expected: bool) -> None:
    found, comms = external({GetStates: runs}, external_task_id="x")
    assert found is expected
    (asked,) = comms.of(GetStates)
    assert asked.task_ids == ("x",) and asked.logical_dates == (DATE,)


def test_all_tasks_named_are_waited_for() -> None:
    half = {"r": {"x": "success"}}
    whole = {"r": {"x": "success", "y": "success"}}
    assert external({GetStates: half}, external_task_ids=["x", "y"])[0] is False
    assert external({GetStates: whole}, external_task_ids=["x", "y"])[0] is True


def test_a_failure_there_fails_or_skips_here() -> None:
    failed: dict[type, Any] = {GetStates: {"r": {"x": "failed"}}}
    assert external(failed, external_task_id="x")[0] is False
    with pytest.raises(ExternalTaskFailed, match=r"other\.x"):
        external(failed, external_task_id="x", failed_states=["failed"])
    with pytest.raises(AirflowSkipException):
        external(failed, external_task_id="x", skipped_states=["failed"])


def test_a_group_of_another_dag_is_waited_for() -> None:
    found, comms = external(
        {GetStates: {"r": {"g.x": "success", "g.y": "success"}}}, external_task_group_id="g"
    )
    assert found is True and comms.of(GetStates)[0].group_id == "g"


def test_a_run_of_another_dag_is_waited_for() -> None:
    def count(question: CountInstances) -> int:
        return 1 if question.states == ("success",) else 0

    found, comms = external(
        {CountInstances: count}, execution_delta=timedelta(days=1), failed_states=["failed"]
    )
    assert found is True
    assert comms.of(CountInstances)[0].logical_dates == (DATE - timedelta(days=1),)


def test_a_function_gives_the_dates_to_look_at() -> None:
    def dates(logical_date: datetime, ds_nodash: str = "none", ds: str = "") -> list[datetime]:
        assert ds == "2026-11-20"
        return [logical_date, logical_date + timedelta(hours=1)]

    one: dict[type, Any] = {GetStates: {"r": {"x": "success"}}}
    two: dict[type, Any] = {GetStates: {"r": {"x": "success"}, "q": {"x": "success"}}}
    assert external(one, external_task_id="x", execution_date_fn=dates)[0] is False
    assert external(two, external_task_id="x", execution_date_fn=dates)[0] is True


def test_a_dag_that_does_not_exist_is_told() -> None:
    with pytest.raises(AirflowException, match="'other', which does not exist"):
        external({GetDagState: {"exists": False}}, external_task_id="x", check_existence=True)


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"external_task_id": "x", "external_task_ids": ["y"]}, "only one of external_task_id"),
        ({"execution_delta": timedelta(1), "execution_date_fn": print}, "only one of execution"),
        ({"external_task_id": "x", "allowed_states": ["done"]}, "'done' is not a state"),
        ({"external_task_id": "x", "failed_states": ["success"]}, "only one of allowed"),
    ],
)
def test_arguments_that_contradict_are_refused(arguments: dict[str, Any], match: str) -> None:
    with pytest.raises(AirflowException, match=match):
        ExternalTaskSensor(task_id="s", external_dag_id="other", **arguments)


def test_a_marker_needs_no_process() -> None:
    with DAG("d") as dag:
        ExternalTaskMarker(task_id="m", external_dag_id="other", external_task_id="s")
        EmptyOperator(task_id="e")
    assert [task.is_empty for task in freeze_dag(dag).tasks] == [True, True]


def test_a_sensor_in_a_run_pokes_until_it_is_there(tmp_path: Path) -> None:
    flag = tmp_path / "pokes"

    def ready() -> bool:
        flag.write_text(flag.read_text() + "x" if flag.exists() else "x")
        return len(flag.read_text()) >= 3

    with DAG("d"):
        task = PythonSensor(task_id="s", python_callable=ready, poke_interval=0.01)
    started = wall.monotonic()
    assert run(task).state is TaskState.SUCCESS
    assert wall.monotonic() - started < 20
