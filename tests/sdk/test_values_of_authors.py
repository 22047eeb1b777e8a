"""Params, assets, timetables, sensors, decisions, connections and variables."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from dateutil.relativedelta import FR, relativedelta

from venturi.core.errors import InvalidInput, VenturiError
from venturi.core.requests import GetConnection, GetVariable, SetVariable
from venturi.sdk import secrets_masker
from venturi.sdk.asset import Asset, AssetAlias, Dataset
from venturi.sdk.comms import comms_set
from venturi.sdk.connection import Connection
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    ConnectionNotFound,
    ParamValidationError,
)
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.operator import BaseOperator
from venturi.sdk.param import Param, ParamsDict
from venturi.sdk.retry_policy import ExceptionRetryPolicy, RetryAction, RetryRule
from venturi.sdk.sensor import BaseSensorOperator, PokeReturnValue
from venturi.sdk.skip import SkipMixin
from venturi.sdk.taskgroup import TaskGroup
from venturi.sdk.timetables import (
    AssetOrTimeSchedule,
    CronDataIntervalTimetable,
    CronTriggerTimetable,
    DataInterval,
    EventsTimetable,
    MultipleCronTriggerTimetable,
    TimeRestriction,
    Timetable,
)
from venturi.sdk.variable import Variable
from venturi.spec.timetable import model

START = datetime(2026, 1, 1, tzinfo=UTC)


# --- params ------------------------------------------------------------------------------------


def test_params_are_checked_by_their_schema_when_set_and_when_frozen() -> None:
    params = ParamsDict({"n": Param(3, type="integer", maximum=10), "free": "x"})
    params["n"] = 7
    assert params.validate() == {"n": 7, "free": "x"}
    with pytest.raises(ParamValidationError, match="param n"):
        params["n"] = 11
    assert params["n"] == 7
    with pytest.raises(VenturiError, match=r"'n'.*'x' is not of type"):
        freeze_dag(DAG("a", params={"n": Param("x", type="integer")}))


def test_formats_are_checked_too() -> None:
    with pytest.raises(ParamValidationError, match="date"):
        Param("tomorrow", type="string", format="date").resolve()


def test_a_param_without_default_is_fine_only_where_somebody_starts_the_run() -> None:
    params = {"must": Param(type="string")}
    spec = freeze_dag(DAG("a", schedule=None, params=params))
    assert spec.params["must"]["schema"] == {"type": "string"}
    with pytest.raises(VenturiError, match="must"):
        freeze_dag(DAG("a", schedule="@daily", params=params))


# --- schedules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("@weekly", model.CronTrigger(expr="0 0 * * 0")),
        ("@once", model.Once()),
        ("@continuous", model.Continuous()),
        (
            timedelta(hours=6),
            model.DeltaTrigger(delta=model.TimeDelta(microseconds=21_600_000_000)),
        ),
        (
            relativedelta(months=1, weekday=FR(-1)),
            model.DeltaTrigger(delta=model.RelativeDelta(months=1, weekday=4, weekday_n=-1)),
        ),
        (
            CronDataIntervalTimetable("0 3 * * *", timezone="Asia/Tokyo"),
            model.CronInterval(expr="0 3 * * *", timezone="Asia/Tokyo"),
        ),
        (
            CronTriggerTimetable("@daily", timezone="UTC", run_immediately=timedelta(minutes=5)),
            model.CronTrigger(expr="0 0 * * *", run_immediately=300.0),
        ),
        (
            MultipleCronTriggerTimetable("0 1 * * *", "0 2 * * *", timezone="UTC"),
            model.MultipleCronTrigger(exprs=("0 1 * * *", "0 2 * * *")),
        ),
        (
            EventsTimetable([START + timedelta(days=1), START], restrict_to_events=True),
            model.Events(
                dates=(START, START + timedelta(days=1)),
                restrict_to_events=True,
                description="2 events",
            ),
        ),
    ],
)
def test_schedules_are_frozen(said: Any, expected: Any) -> None:
    assert freeze_dag(DAG("a", schedule=said, start_date=START)).timetable == expected


def test_a_timetable_of_an_authors_own_keeps_its_place_and_data() -> None:
    spec = freeze_dag(DAG("a", schedule=EveryNth(3)))
    assert spec.timetable == model.Custom(
        import_path=f"{__name__}.EveryNth", data={"n": 3}, summary="every 3rd", periodic=True
    )


class EveryNth(Timetable):
    """A timetable as authors write them."""

    def __init__(self, n: int) -> None:
        self.n = n

    @property
    def summary(self) -> str:
        return f"every {self.n}rd"

    def serialize(self) -> dict[str, Any]:
        return {"n": self.n}


def test_known_timetables_answer_authors_who_build_on_them() -> None:
    cron = CronDataIntervalTimetable("0 0 * * *", timezone="UTC")
    bounds = TimeRestriction(START, None, catchup=True)
    first = cron.next_dagrun_info(last_automated_data_interval=None, restriction=bounds)
    assert first is not None
    assert first.data_interval == DataInterval(START, START + timedelta(days=1))
    manual = cron.infer_manual_data_interval(run_after=START + timedelta(hours=1))
    assert manual == DataInterval(START - timedelta(days=1), START)


def test_continuous_runs_one_at_a_time() -> None:
    assert freeze_dag(DAG("a", schedule="@continuous", max_active_runs=8)).max_active_runs == 1


# --- assets ------------------------------------------------------------------------------------


def test_assets_combine_into_conditions() -> None:
    a, b, c = Asset("a"), Asset(name="b", uri="s3://x/b"), AssetAlias("c")
    spec = freeze_dag(DAG("d", schedule=(a & b) | c))
    assert spec.timetable == model.AssetTriggered(
        condition={
            "any": [
                {
                    "all": [
                        {"asset": {"name": "a", "uri": "a", "group": "asset"}},
                        {"asset": {"name": "b", "uri": "s3://x/b", "group": "asset"}},
                    ]
                },
                {"alias": {"name": "c", "group": "asset"}},
            ]
        }
    )


def test_a_list_of_assets_waits_for_all_and_may_stand_beside_a_timetable() -> None:
    both = AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("@daily", timezone="UTC"), assets=[Dataset("s3://x")]
    )
    spec = freeze_dag(DAG("d", schedule=both))
    found = spec.timetable
    assert isinstance(found, model.AssetOrTime)
    assert [each["uri"] for each in spec.recorded["schedule_assets"]] == ["s3://x"]
    assert found.condition == {
        "all": [{"asset": {"name": "s3://x", "uri": "s3://x", "group": "asset"}}]
    }


def test_outlets_are_recorded_with_the_task() -> None:
    with DAG("a") as dag:
        BaseOperator(task_id="x", outlets=[Asset("o", extra={"k": 1})], inlets=Asset("i"))
    (task,) = freeze_dag(dag).tasks
    assert task.outlets[0]["extra"] == {"k": 1}
    assert task.inlets[0]["name"] == "i"


# --- decisions ---------------------------------------------------------------------------------


class Decides(SkipMixin, BaseOperator):
    """An operator that chooses."""


def skipped(choice: Any) -> list[str]:
    """What is skipped after a branch with three ways, one of which leads to another."""
    with DAG("a"):
        branch = Decides(task_id="branch")
        x, y, z = (BaseOperator(task_id=each) for each in "xyz")
        with TaskGroup("g"):
            BaseOperator(task_id="in")
        branch >> [x, y, z]
        branch >> branch.dag.task_group_dict["g"]
        x >> z
    found: list[str] = []
    branch.skip_all_except(SimpleNamespace(task=branch, record_skips=found.extend), choice)
    return found


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("y", ["g.in", "x", "z"]),
        ("x", ["g.in", "y"]),
        (["y", "z"], ["g.in", "x"]),
        ("g", ["x", "y", "z"]),
        (None, ["g.in", "x", "y", "z"]),
    ],
)
def test_a_branch_skips_what_it_does_not_choose(choice: Any, expected: list[str]) -> None:
    assert skipped(choice) == expected


@pytest.mark.parametrize(
    ("choice", "words"),
    [("nowhere", "no such task"), ("branch", "not right after"), (7, "task id")],
)
def test_a_choice_that_is_none_is_refused(choice: Any, words: str) -> None:
    with pytest.raises(AirflowException, match=words):
        skipped(choice)


# --- sensors -----------------------------------------------------------------------------------


class FakeClock:
    """Time that passes while the sensor sleeps."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()


class Waits(BaseSensorOperator):
    """A sensor that answers from a list, then with False."""

    def __init__(self, *, answers: list[Any], **kwargs: Any) -> None:
        super().__init__(task_id="s", **kwargs)
        self.answers = iter(answers)
        self.time = FakeClock()
        self.clock = self.time
        self.slept: list[float] = []

    def poke(self, context: Any) -> Any:
        found = next(self.answers, False)
        if isinstance(found, Exception):
            raise found
        return found

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time.at += timedelta(seconds=seconds)


def test_a_sensor_pokes_until_it_is_there() -> None:
    sensor = Waits(answers=[False, False, PokeReturnValue(True, "value")], poke_interval=30)
    assert sensor.execute({}) == "value"
    assert sensor.slept == [30, 30]


@pytest.mark.parametrize(
    ("how", "error"), [({}, AirflowSensorTimeout), ({"soft_fail": True}, AirflowSkipException)]
)
def test_a_sensors_patience_ends(how: dict[str, Any], error: type[Exception]) -> None:
    sensor = Waits(answers=[], poke_interval=10, timeout=35, **how)
    with pytest.raises(error, match="longer than 35 s"):
        sensor.execute({})
    assert sensor.slept == [10] * 4


def test_a_rescheduled_sensor_counts_its_timeout_from_the_first_start() -> None:
    sensor = Waits(answers=[], poke_interval=60, timeout=100, mode="reschedule")
    ti = SimpleNamespace(first_started_at=START, reschedule_count=1)
    with pytest.raises(AirflowRescheduleException) as found:
        sensor.execute({"ti": ti})
    assert found.value.reschedule_date == START + timedelta(seconds=60)
    sensor.time.at += timedelta(seconds=101)
    with pytest.raises(AirflowSensorTimeout):
        sensor.execute({"ti": ti})
    with DAG("a") as dag:
        BaseSensorOperator(task_id="x", mode="reschedule")
    (spec,) = freeze_dag(dag).tasks
    assert spec.reschedule and spec.is_sensor and not spec.can_skip


def test_intervals_grow_up_to_a_limit() -> None:
    sensor = Waits(
        answers=[], poke_interval=10, exponential_backoff=True, max_wait=timedelta(seconds=60)
    )
    waits = [sensor.wait_after(each) for each in range(1, 6)]
    assert 10 <= waits[0] <= 12 and 20 <= waits[1] <= 24
    assert waits[-1] == 60
    assert waits == [sensor.wait_after(each) for each in range(1, 6)]


def test_broken_pokes_fail_skip_or_are_passed_over() -> None:
    with pytest.raises(ZeroDivisionError):
        Waits(answers=[ZeroDivisionError()]).execute({})
    with pytest.raises(AirflowSkipException):
        Waits(answers=[ZeroDivisionError()], never_fail=True).execute({})
    assert Waits(answers=[ZeroDivisionError(), True], silent_fail=True).execute({}) is None
    with pytest.raises(AirflowSkipException):
        Waits(answers=[AirflowFailException("no")], soft_fail=True).execute({})
    with pytest.raises(ZeroDivisionError):
        Waits(answers=[ZeroDivisionError()], soft_fail=True).execute({})


@pytest.mark.parametrize(
    "wrong", [{"mode": "nap"}, {"timeout": -1}, {"soft_fail": True, "never_fail": True}]
)
def test_sensor_arguments_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match="sensor 's'"):
        Waits(answers=[], **wrong)


# --- retry policies ----------------------------------------------------------------------------


def test_the_first_rule_that_matches_decides() -> None:
    policy = ExceptionRetryPolicy(
        [
            RetryRule(FileNotFoundError, RetryAction.FAIL, reason="gone"),
            RetryRule("builtins.OSError", retry_delay=timedelta(seconds=5)),
        ]
    )
    assert policy.evaluate(FileNotFoundError(), 1, 3).action is RetryAction.FAIL
    assert policy.evaluate(ConnectionError(), 1, 3).retry_delay == timedelta(seconds=5)
    assert policy.evaluate(KeyError(), 1, 3).action is RetryAction.DEFAULT


# --- connections and variables -----------------------------------------------------------------


class Answers:
    """The engine's side, from a table."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}
        self.connections: dict[str, dict[str, Any]] = {}

    def ask(self, request: Any) -> Any:
        match request:
            case GetVariable():
                return self.variables.get(request.key)
            case SetVariable():
                self.variables[request.key] = request.value
            case GetConnection():
                return self.connections.get(request.conn_id)
        return None

    def mask(self, secret: str) -> None:
        """Nothing is logged here."""


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Iterator[Answers]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    with comms_set(Answers()) as found:
        assert isinstance(found, Answers)
        yield found


@pytest.mark.parametrize(
    ("uri", "parts"),
    [
        (
            "mysql://ct:152108@localhost/airflow",
            ("mysql", "ct", "152108", "localhost", None, "airflow"),
        ),
        ("postgresql://u:p%40ss@h:5432/db", ("postgres", "u", "p@ss", "h", 5432, "db")),
        ("http://https%3A%2F%2Fexample.org", ("http", None, None, "https://example.org", None, "")),
        ("google-cloud-platform://", ("google_cloud_platform", None, None, "", None, None)),
        ("redis://:secret@h:6379/0", ("redis", "", "secret", "h", 6379, "0")),
        ("http://u:p@https://example.org:80", None),
        ("my-conn-type://h", ("my_conn_type", None, None, "h", None, "")),
        ("x://[::1]:5/", ("x", None, None, "::1", 5, "")),
    ],
)
def test_uris_of_connections_are_read(uri: str, parts: Any) -> None:
    if parts is None:
        assert Connection(uri=uri).conn_type == "http"
        return
    c = Connection(uri=uri)
    assert (c.conn_type, c.login, c.password, c.host, c.port, c.schema) == parts


@pytest.mark.parametrize(
    "fields",
    [
        {"conn_type": "mysql", "host": "h", "login": "u", "password": "p/:@?#", "port": 3306},
        {"conn_type": "http", "host": "https://example.org", "schema": "https"},
        {"conn_type": "aws", "login": "", "password": "x", "extra": '{"region": "eu west"}'},
        {"conn_type": "fs", "extra": '{"nested": {"a": [1]}}'},
        {"conn_type": "x", "host": "h", "schema": "a/b", "extra": "plain text"},
    ],
)
def test_a_connection_survives_its_own_uri_and_json(fields: dict[str, Any]) -> None:
    c = Connection(conn_id="c", **fields)
    names = ("conn_type", "login", "password", "port")
    by_uri = Connection(conn_id="c", uri=c.get_uri())
    assert [getattr(by_uri, n) for n in names] == [getattr(c, n) for n in names]
    assert (by_uri.host or None, by_uri.schema or None) == (c.host, c.schema)
    assert (by_uri.extra_dejson, by_uri.extra is None) == (c.extra_dejson, c.extra is None)
    if c.extra_dejson or not c.extra:
        assert Connection.from_json(c.as_json(), "c").extra_dejson == c.extra_dejson


def test_connections_come_from_the_environment_before_the_database(
    engine: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.connections["one"] = {"conn_type": "mysql", "host": "db", "port": 3306}
    assert Connection.get("one").host == "db"
    monkeypatch.setenv("AIRFLOW_CONN_ONE", '{"conn_type": "http", "host": "env"}')
    assert Connection.get("one").host == "env"
    with pytest.raises(ConnectionNotFound, match=r"airflow connections add two.*AIRFLOW_CONN_TWO"):
        Connection.get("two")


def test_of_an_extra_only_what_stands_under_a_telling_name_is_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extra = {"region": "eu-west-1", "api_key": "k-0815-4711", "more": {"token": "t-0815-4711"}}
    monkeypatch.setenv("AIRFLOW_CONN_ONE", json.dumps({"conn_type": "aws", "extra": extra}))
    secrets_masker.reset()
    assert Connection.get("one").extra_dejson == extra
    told = secrets_masker.masked("eu-west-1 k-0815-4711 t-0815-4711")
    secrets_masker.reset()
    assert told == "eu-west-1 *** ***"


def test_variables_come_from_the_environment_before_the_database(
    engine: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    Variable.set("k", {"a": 1}, serialize_json=True)
    assert Variable.get("k", deserialize_json=True) == {"a": 1}
    monkeypatch.setenv("AIRFLOW_VAR_K", "env")
    assert Variable.get("k") == "env"
    assert Variable.get("absent", default_var=None) is None
    assert Variable.get("absent", default="d") == "d"
    with pytest.raises(KeyError, match="airflow variables set absent"):
        Variable.get("absent")


def test_setdefault_sets_once(engine: Answers) -> None:
    assert Variable.setdefault("k", [1], deserialize_json=True) == [1]
    assert Variable.setdefault("k", [2], deserialize_json=True) == [1]
    assert json.loads(engine.variables["k"]) == [1]
