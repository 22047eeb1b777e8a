"""Runs without processes: `dag.test()`, `airflow tasks test`, `airflow tasks render`."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.sdk_runtime.make import DAY, FakeClock, FakeComms
from venturi.core.errors import InvalidInput, VenturiError
from venturi.core.requests import GetRun, GetVariable, SetVariable
from venturi.core.states import TaskState
from venturi.runner.inprocess import (
    clear_dag,
    render_task,
    run_dag,
    run_dag_test,
    run_task_test,
    trial_run,
)
from venturi.runner.memory import MemoryComms
from venturi.runner.trial import Trial
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowRescheduleException, AirflowSkipException, TaskNotFound
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.operator import BaseOperator
from venturi.sdk.variable import Variable
from venturi.store.direct import open_direct
from venturi.store.migrate import migrate
from venturi.store.open import open_store

START = datetime(2026, 1, 1, tzinfo=UTC)


class Does(BaseOperator):
    """Calls a function with the context."""

    template_fields = ("text", "value")

    def __init__(
        self,
        body: Callable[[Any], Any] | None = None,
        text: str = "",
        value: Any = None,
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self.body, self.text, self.value = body, text, value

    def execute(self, context: Any) -> Any:
        return self.body(context) if self.body is not None else self.value


def dag(**arguments: Any) -> DAG:
    return DAG("d", **{"start_date": START, "schedule": "@daily", **arguments})


def test_tasks_run_in_their_order_and_hand_on_their_results() -> None:
    with dag() as d:
        first = Does(task_id="first", value={"rows": [1, 2]})
        second = Does(task_id="second", text="{{ ti.xcom_pull('first')['rows'] }} {{ ds }}",
                      body=lambda context: context["task"].text)  # fmt: skip
        first >> second
    run = d.test(logical_date=datetime(2026, 11, 22, tzinfo=UTC))
    assert run.state == "success"
    assert run.task_states == {"first": "success", "second": "success"}
    assert run.xcom("second") == "[1, 2] 2026-11-22"
    assert run.xcom("second", key="nothing") is None
    assert run.run_id == "manual__2026-11-22T00:00:00+00:00"


def test_failures_skips_and_trigger_rules_are_those_of_the_scheduler() -> None:
    def fail(_: Any) -> None:
        raise ValueError("no")

    def skip(_: Any) -> None:
        raise AirflowSkipException

    with dag() as d:
        failed, skipped = Does(task_id="failed", body=fail), Does(task_id="skipped", body=skip)
        [failed, skipped] >> Does(task_id="usual")
        failed >> Does(task_id="cleanup", trigger_rule="one_failed")
        skipped >> Does(task_id="after_skip")
    run = d.test()
    assert run.state == "failed"
    assert run.task_states == {
        "failed": "failed", "skipped": "skipped", "usual": "upstream_failed",
        "cleanup": "success", "after_skip": "skipped",
    }  # fmt: skip


def test_retries_are_made_at_once() -> None:
    tries: list[int] = []

    def flaky(context: Any) -> None:
        tries.append(context["ti"].try_number)
        if len(tries) < 3:
            raise ValueError("not yet")

    with dag() as d:
        Does(task_id="flaky", body=flaky, retries=3, retry_delay=timedelta(hours=30))
    assert run_dag_test(d).state == "success"
    assert tries == [1, 2, 3]


def test_a_rescheduled_sensor_is_given_its_time() -> None:
    clock = FakeClock()
    counts: list[int] = []

    def sense(context: Any) -> None:
        counts.append(context["ti"].reschedule_count)
        if len(counts) < 3:
            raise AirflowRescheduleException(clock.now() + timedelta(minutes=5))
        assert context["ti"].first_started_at == DAY + timedelta(hours=9)

    with dag() as d:
        Does(task_id="sensor", body=sense)
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        clock.at += timedelta(seconds=seconds)

    info = trial_run(d, DAY)
    trial = Trial(d, freeze_dag(d), info, MemoryComms(info), clock, wait=wait)
    assert trial.finish() == "success"
    assert (waits, counts) == ([300.0, 300.0], [0, 1, 2])


def test_mapped_tasks_are_expanded() -> None:
    with dag() as d:
        numbers = Does(task_id="numbers", value=[1, 2, 3])
        squares = Does.partial(
            task_id="squares",
            body=lambda context: context["task"].value ** 2,
            map_index_template="of {{ task.value }}",
        ).expand(value=numbers.output)
        Does(task_id="total", value=squares.output, body=lambda c: sum(c["task"].value))
        Does.partial(task_id="none").expand(value=[])
    run = run_dag_test(d)
    assert run.xcom("total") == 14
    assert [run.xcom("squares", map_index=index) for index in range(3)] == [1, 4, 9]
    assert run.task_states["squares_2"] == "success"
    assert run.task_states["none"] == "skipped"
    assert "of 3" in {result.map_label for result in run.results.values()}


def test_a_result_that_cannot_be_expanded_fails_its_task() -> None:
    with dag() as d:
        number = Does(task_id="number", value=5)
        Does.partial(task_id="mapped").expand(value=number.output)
    run = run_dag_test(d)
    assert run.task_states == {"number": "failed", "mapped": "upstream_failed"}
    assert "return a list or a dict" in next(iter(run.results.values())).reason


def test_a_result_that_is_too_long_fails_its_task(option: Any) -> None:
    option("core", "max_map_length", "2")
    with dag() as d:
        numbers = Does(task_id="numbers", value=[1, 2, 3])
        Does.partial(task_id="mapped").expand(value=numbers.output)
    run = run_dag_test(d)
    assert run.task_states["numbers"] == "failed"
    assert "max_map_length" in next(iter(run.results.values())).reason


def test_callbacks_are_called() -> None:
    seen: list[str] = []

    def fail(_: Any) -> None:
        raise ValueError("no")

    with dag(
        on_success_callback=lambda context: seen.append(f"dag {context['ti'].task_id}"),
        default_args={"on_failure_callback": lambda context: seen.append(context["reason"])},
    ) as d:
        one = Does(task_id="one", on_success_callback=lambda context: seen.append("one"))
        bad = Does(task_id="bad", body=fail)
        [one, bad] >> Does(task_id="end", trigger_rule="all_done")
    assert run_dag_test(d).state == "success"
    assert seen == ["one", "ValueError: no", "dag bad"]


def test_conf_and_files_of_variables_and_connections_count(tmp_path: Path) -> None:
    (tmp_path / "variables.yaml").write_text("bucket: b1\nsizes: [1, 2]\n")
    with dag(params={"size": 1}) as d:
        Does(task_id="t", text="{{ params.size }} {{ dag_run.conf.size }} {{ var.value.bucket }} "
             "{{ var.json.sizes[1] }}", body=lambda context: context["task"].text)  # fmt: skip
    run = run_dag_test(d, run_conf={"size": 5}, variable_file_path=str(tmp_path / "variables.yaml"))
    assert run.xcom("t") == "5 5 b1 2"


def test_tasks_may_be_marked_success_by_their_name() -> None:
    def fail(_: Any) -> None:
        raise ValueError("no")

    with dag() as d:
        Does(task_id="sensor_a", body=fail) >> Does(task_id="b")
    assert run_dag_test(d, mark_success_pattern="^sensor").state == "success"


def test_a_dag_of_nothing_succeeds() -> None:
    assert run_dag_test(dag()).state == "success"


def test_one_task_is_tested_whatever_its_upstream() -> None:
    seen: list[Any] = []

    def body(context: Any) -> str:
        seen.append((context["ds"], context["test_mode"], context["params"]["p"]))
        return "done"

    with dag(params={"p": 1}) as d:
        Does(task_id="before", body=lambda _: seen.append("no")) >> Does(task_id="t", body=body)
    result = run_task_test(d, "t", "2016-05-14", params={"p": 2})
    assert result.state is TaskState.SUCCESS
    assert result.xcoms[0].value == '"done"'
    assert seen == [("2016-05-14", True, 2)]
    assert run_task_test(d, "t", "2016-05-14").state is TaskState.SUCCESS
    assert seen[-1][2] == 1, "params of one test must not stay"


def test_a_run_of_the_installation_is_found_by_its_id() -> None:
    comms = FakeComms()
    comms.runs = [
        {"dag_id": "d", "run_id": "mine", "run_type": "manual", "state": "success",
         "logical_date": "2026-01-05T00:00:00+00:00", "run_after": "2026-01-05T00:00:00+00:00",
         "conf": '{"a": 1}'},
    ]  # fmt: skip
    comms.push("before", 7, run="mine")
    with dag() as d:
        Does(
            task_id="t",
            text="{{ ds }} {{ run_id }} {{ dag_run.conf }} {{ ti.xcom_pull('before') }}",
        )
    assert render_task(d, "t", "mine", beyond=comms)["text"] == "2026-01-05 mine {'a': 1} 7"
    assert comms.asked[0] == GetRun(dag_id="d", run_id="mine")


def test_what_is_neither_run_nor_date_is_said_so() -> None:
    with dag() as d:
        Does(task_id="t")
    with pytest.raises(InvalidInput, match="'nonsense!' is neither a run"):
        run_task_test(d, "t", "nonsense!")
    with pytest.raises(TaskNotFound):
        run_task_test(d, "gone", "2026-01-01")


def test_a_debugger_sees_the_exception_itself() -> None:
    def fail(_: Any) -> None:
        raise ValueError("look here")

    with dag() as d:
        Does(task_id="t", body=fail)
    with pytest.raises(ValueError, match="look here"):
        run_task_test(d, "t", "2026-01-01", breaks=True)


def test_rendering_needs_no_execution() -> None:
    with dag(params={"p": "x"}) as d:
        Does(task_id="t", text="{{ ds }} {{ params.p }}", value={"a": ["{{ ds_nodash }}"]})
    assert render_task(d, "t", "2016-05-14") == {
        "text": "2016-05-14 x", "value": {"a": ["20160514"]},
    }  # fmt: skip


def test_a_dag_runs_for_all_dates_between() -> None:
    days: list[str] = []
    with dag() as d:
        Does(task_id="t", body=lambda context: days.append(context["ds"]))
    runs = run_dag(d, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 2, 3, tzinfo=UTC))
    assert [run.state for run in runs] == ["success"] * len(runs)
    assert days[0] == "2026-02-01" and len(days) >= 2


def test_clearing_is_done_by_a_command() -> None:
    with pytest.raises(VenturiError, match="airflow tasks clear d"):
        clear_dag(dag())


def test_a_file_run_as_a_program_shows_its_log(tmp_path: Path) -> None:
    file = tmp_path / "my_dag.py"
    file.write_text(
        "from datetime import datetime\n"
        "from venturi.sdk.dag import DAG\n"
        "from venturi.batteries.operators.bash import BashOperator\n"
        "with DAG('mine', start_date=datetime(2026, 1, 1), schedule=None) as dag:\n"
        "    BashOperator(task_id='say', bash_command='echo hello {{ run_id }}')\n"
        "if __name__ == '__main__':\n"
        "    run = dag.test()\n"
        "    print('state', run.state)\n"
    )
    done = subprocess.run(
        [sys.executable, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")},
    )
    assert "INFO - hello manual__" in done.stdout
    assert done.stdout.endswith("state success\n")
    assert not (tmp_path / "home").exists(), "a test leaves nothing behind"


def test_secrets_from_files_of_every_kind(tmp_path: Path) -> None:
    from venturi.runner.memory import read_secrets

    (tmp_path / "a.json").write_text(json.dumps({"a": {"b": 1}}))
    (tmp_path / "a.env").write_text("# note\nA = 1\n\nB=x=y\n")
    (tmp_path / "bad.json").write_text("[")
    (tmp_path / "list.yaml").write_text("- a\n")
    assert read_secrets(tmp_path / "a.json") == {"a": {"b": 1}}
    assert read_secrets(tmp_path / "a.env") == {"A": "1", "B": "x=y"}
    for name in ("bad.json", "list.yaml", "gone.json"):
        with pytest.raises(InvalidInput, match=name):
            read_secrets(tmp_path / name)


def test_variables_of_the_installation_are_read_and_left_as_they_are() -> None:
    store = open_store()
    migrate(store)
    store.close()
    asking = open_direct()
    assert asking is not None
    asking.ask(SetVariable(key="bucket", value="installed"))

    def body(context: Any) -> str:
        Variable.set("bucket", "changed")
        return str(Variable.get("bucket"))

    with dag() as d:
        Does(task_id="t", text="{{ var.value.bucket }} {{ var.value.get('none', 'no') }}",
             body=lambda context: [context["task"].text, body(context)])  # fmt: skip
    assert run_dag_test(d).xcom("t") == ["installed no", "changed"]
    assert asking.ask(GetVariable(key="bucket")) == "installed"
    asking.close()
