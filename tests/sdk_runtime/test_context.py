"""What templates and callables are given, in each era."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pendulum
import pytest

from tests.sdk_runtime.make import DAY, FakeClock, FakeComms, attempt, run
from venturi.core.requests import GetRun
from venturi.sdk.comms import comms_set
from venturi.sdk.exceptions import ParamValidationError
from venturi.sdk.late import Late, value_of
from venturi.sdk.param import Param, ParamsDict
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.template_context import NAMES, In, TemplateContext, context_of, was_known
from venturi.spec.model import Era


def context(era: Era = Era.V3, info: Any = None, **dag: Any) -> TemplateContext:
    task = SimpleNamespace(task_id="t", owner="me", params=dag.pop("task_params", None))
    known = SimpleNamespace(dag_id="d", era=era, params=dag.pop("params", None), **dag)
    return context_of(RuntimeTaskInstance(info or attempt(), task, dag=known, clock=FakeClock()))


def test_dates_are_pendulum_in_utc() -> None:
    found = context()
    assert isinstance(found["logical_date"], pendulum.DateTime)
    assert found["logical_date"] == DAY
    assert found["logical_date"].timezone_name == "UTC"
    assert found["data_interval_end"].add(days=1).day == 23


def test_texts_of_the_date() -> None:
    found = context(info=attempt(run=run(logical_date=DAY + timedelta(hours=1, seconds=2))))
    names = ("ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "task_instance_key_str")
    assert [found[name] for name in names] == [
        "2026-11-22", "20261122", "2026-11-22T01:00:02+00:00", "20261122T010002",
        "20261122T010002+0000", "d__t__20261122",
    ]  # fmt: skip


def test_a_run_without_a_date_has_no_texts_of_it() -> None:
    undated = attempt(run=run(logical_date=None, data_interval_start=None, data_interval_end=None))
    found = context(info=undated)
    assert "ds" not in found and "logical_date" not in found
    assert found["data_interval_start"] is None
    assert found["task_instance_key_str"] == "d__t__r1"
    assert context(Era.V2, undated)["ds"] == "2026-11-22", "old files always had a date"


OLD = {
    "execution_date": DAY, "yesterday_ds": "2026-11-21", "tomorrow_ds": "2026-11-23",
    "yesterday_ds_nodash": "20261121", "tomorrow_ds_nodash": "20261123",
    "END_DATE": "2026-11-22", "end_date": "2026-11-22", "latest_date": "2026-11-22",
}  # fmt: skip


@pytest.mark.parametrize("name", OLD)
def test_old_names_are_known_to_old_files_only(name: str) -> None:
    assert context(Era.V1)[name] == context(Era.V2)[name] == OLD[name]
    assert name not in context(Era.V3)
    assert was_known(name) is not None
    assert was_known("ds") is None


def test_neighbours_come_from_the_schedule() -> None:
    schedule = {
        "following_schedule": lambda at: at + timedelta(days=1),
        "previous_schedule": lambda at: at - timedelta(days=1),
    }
    found = context(Era.V1, **schedule)
    assert (found["next_ds"], found["prev_ds"]) == ("2026-11-23", "2026-11-21")
    assert (found["next_ds_nodash"], found["prev_ds_nodash"]) == ("20261123", "20261121")
    assert found["next_execution_date"] == DAY + timedelta(days=1)
    assert isinstance(found["prev_execution_date"], pendulum.DateTime)


def test_neighbours_of_a_manual_run_are_itself() -> None:
    found = context(Era.V2, attempt(run=run(external_trigger=True)))
    assert found["next_ds"] == found["prev_ds"] == "2026-11-22"


def test_the_end_of_the_interval_is_the_next_date() -> None:
    end = DAY + timedelta(hours=6)
    found = context(Era.V2, attempt(run=run(data_interval_end=end)))
    assert found["next_execution_date"] == end


def test_the_last_success_is_asked_for_once_and_only_when_used() -> None:
    comms = FakeComms()
    earlier = DAY - timedelta(days=1)
    comms.runs = [
        {"dag_id": "d", "run_id": "r0", "run_type": "scheduled", "state": "success",
         "logical_date": earlier.isoformat(), "run_after": earlier.isoformat(),
         "data_interval_start": earlier.isoformat(), "data_interval_end": DAY.isoformat(),
         "start_date": earlier.isoformat(), "end_date": (earlier + timedelta(1)).isoformat()},
    ]  # fmt: skip
    found = context(Era.V2)
    with comms_set(comms):
        everything = {**found}
        assert comms.asked == []
        assert everything["prev_data_interval_start_success"] == earlier
        assert found["prev_start_date_success"].day == 21
        assert found["prev_end_date_success"] == DAY
        assert found["prev_execution_date_success"] < DAY
    assert comms.asked == [GetRun(dag_id="d", before=DAY, state="success")]


def test_no_success_before_is_none_in_templates() -> None:
    from venturi.sdk.template_env import environment

    env = environment(None)
    template = env.compiled("{{ prev_start_date_success is none }}")
    with comms_set(FakeComms()):
        assert env.rendered(template, context()) == "True"


def test_params_of_dag_task_and_conf_are_merged_and_checked() -> None:
    params = ParamsDict({"a": Param(1, type="integer"), "b": "dag", "c": "dag"})
    own = ParamsDict({"b": "task"})
    conf = run(conf='{"c": "conf", "new": 5}')
    found = context(params=params, task_params=own, info=attempt(run=conf))
    assert found["params"] == {"a": 1, "b": "task", "c": "conf", "new": 5}
    wrong = context(params=params, info=attempt(run=run(conf='{"a": "x"}')))
    with pytest.raises(ParamValidationError, match="param a"):
        _ = wrong["params"]


def test_conf_may_be_kept_out_of_params(option: Any) -> None:
    option("core", "dag_run_conf_overrides_params", "False")
    conf = attempt(run=run(conf='{"a": 2}'))
    assert context(params=ParamsDict({"a": 1}), info=conf)["params"] == {"a": 1}
    assert context(info=conf)["dag_run"].conf == {"a": 2}


def test_tables_are_params_of_that_name() -> None:
    assert context(Era.V1, params=ParamsDict({"tables": ["x"]}))["tables"] == ["x"]
    assert context(Era.V1)["tables"] is None


def test_the_configuration_is_there_for_old_files() -> None:
    assert context(Era.V1)["conf"].get("core", "dags_folder")
    assert "conf" not in context(Era.V3)


def test_it_is_a_dict_like_any_other() -> None:
    found = context()
    found["mine"] = 1
    found.update(other=2)
    assert found["mine"] == 1 and found.get("nothing", 3) == 3
    assert found.get("ds") == "2026-11-22"
    assert found.setdefault("ds", "x") == "2026-11-22"
    assert found.pop("ds") == "2026-11-22" and "ds" not in found
    assert found.pop("ds", None) is None
    with pytest.raises(KeyError):
        found.pop("ds")
    assert (found | {"mine": 5})["mine"] == 5 and found["mine"] == 1
    assert ({"run_id": 0} | found)["run_id"] == "r1"
    assert dict(found)["run_id"] == {**found}["run_id"] == "r1"
    assert dict(found.items())["run_id"] == "r1" and "r1" in found.values()
    assert found.copy()["run_id"] == "r1"
    with pytest.raises(KeyError):
        _ = found["nothing"]


def test_values_are_made_once() -> None:
    found = context()
    assert found["var"] is found["var"]
    assert found["ti"] is found["task_instance"]


def test_the_table_is_in_order() -> None:
    assert len({row.name for row in NAMES}) == len(NAMES)
    assert all(row.help.endswith(".") for row in NAMES)
    assert {row.eras for row in NAMES} == set(In)


def test_a_late_value_behaves_like_the_value() -> None:
    calls: list[int] = []

    def fetch() -> datetime:
        calls.append(1)
        return DAY

    late: Any = Late(fetch)
    assert calls == []
    assert isinstance(late, datetime)
    assert late == DAY and late <= DAY and not late < DAY and late >= DAY and not late > DAY
    assert late + timedelta(1) - DAY == timedelta(1) and DAY - late == timedelta(0)
    assert (late.year, str(late), f"{late:%Y}", repr(late)) == (2026, str(DAY), "2026", repr(DAY))
    assert bool(late) and hash(late) == hash(DAY)
    assert timedelta(1) + Late(lambda: DAY) == DAY + timedelta(1)
    assert value_of(late) is DAY and value_of(5) == 5
    assert calls == [1]
    import pickle

    assert pickle.loads(pickle.dumps(late)) == DAY
