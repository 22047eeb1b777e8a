"""One attempt, from its DAG to its result."""

import contextlib
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.runner.make import Task, dag_of
from tests.sdk_runtime.make import FakeClock, FakeComms, attempt, run
from venturi.core.attempts import Result, XComValue
from venturi.core.requests import SetXCom
from venturi.core.states import TaskState
from venturi.runner.attempt import run_attempt
from venturi.sdk.comms import current_comms
from venturi.sdk.context import NoCurrentContext, get_current_context
from venturi.sdk.exceptions import (
    AirflowException,
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    DownstreamTasksSkipped,
)

Body = Callable[[Any], Any]


def ran(body: Body, *, comms: FakeComms | None = None, info: Any = None, **fields: Any) -> Result:
    task = Task(body, **fields)
    return run_attempt(dag_of(task), info or attempt(), comms or FakeComms(), clock=FakeClock())


def raising(error: BaseException) -> Body:
    def body(_: Any) -> None:
        raise error

    return body


def test_a_plain_task_succeeds_and_its_result_is_an_xcom() -> None:
    result = ran(lambda context: {"a": [1, 2]})
    assert result.state is TaskState.SUCCESS
    assert result.xcoms == (XComValue(task_id="t", value='{"a": [1, 2]}'),)
    assert result.lengths == (("return_value", 1),)


def test_a_task_without_result_pushes_nothing() -> None:
    assert ran(lambda context: None).xcoms == ()
    assert ran(lambda context: 1, do_xcom_push=False).xcoms == ()


def test_multiple_outputs_are_xcoms_of_their_own() -> None:
    result = ran(lambda context: {"a": [1], "b": 2}, multiple_outputs=True)
    assert {each.key: each.value for each in result.xcoms} == {
        "return_value": '{"a": [1], "b": 2}',
        "a": "[1]",
        "b": "2",
    }
    assert dict(result.lengths) == {"return_value": 2, "a": 1}
    failed = ran(lambda context: 5, multiple_outputs=True)
    assert failed.state is TaskState.FAILED
    assert "must return a dict" in failed.reason
    assert "keys" in ran(lambda context: {1: 2}, multiple_outputs=True).reason


def test_templates_are_rendered_before_the_task_runs() -> None:
    seen = []

    def body(context: Any) -> None:
        seen.append(context["task"].text)

    written = "{{ ds }} {{ ti.task_id }} {{ run_id }}"
    task = Task(body, written)
    result = run_attempt(dag_of(task), attempt(), FakeComms(), clock=FakeClock())
    assert seen == ["2026-11-22 t r1"]
    assert json.loads(result.rendered or "") == {"text": "2026-11-22 t r1"}
    assert task.text == written, "the template itself must stay for the next attempt"


def test_the_steps_come_in_their_order() -> None:
    done: list[str] = []

    def on_execute(context: Any) -> None:
        done.append("on_execute")

    ran(lambda context: None, done=done, on_execute_callback=[on_execute])
    assert done == ["on_execute", "pre_execute", "execute", "post_execute"]


def test_a_failing_on_execute_callback_does_not_stop_the_task() -> None:
    result = ran(lambda context: 1, on_execute_callback=raising(ValueError("no")))
    assert result.state is TaskState.SUCCESS


def test_the_current_context_is_there_only_while_the_task_runs() -> None:
    found: list[Any] = []

    def body(context: Any) -> None:
        found.append(get_current_context() is context)
        # Threads of the task ask too.
        thread = threading.Thread(target=lambda: found.append(get_current_context() is context))
        thread.start()
        thread.join()

    ran(body)
    assert found == [True, True]
    with pytest.raises(NoCurrentContext):
        get_current_context()


def test_pushed_xcoms_are_stored_at_once_and_pulled_ones_come_back() -> None:
    comms = FakeComms()
    comms.push("before", {"x": [1]})

    def body(context: Any) -> Any:
        context["ti"].xcom_push("mine", (1, 2))
        assert isinstance(comms.asked[-1], SetXCom)
        return context["ti"].xcom_pull(task_ids="before")

    result = ran(body, comms=comms)
    assert result.xcoms[0].value == '{"x": [1]}'
    assert dict(result.lengths)["mine"] == 2


def test_xcoms_sent_along_cost_no_question() -> None:
    comms = FakeComms()
    info = attempt(xcoms=(XComValue(task_id="a", value="5"),), prefetched=("a", "b"))
    task = Task(lambda context: None, "{{ ti.xcom_pull('a') }} {{ ti.xcom_pull(['a', 'b']) }}")
    result = run_attempt(dag_of(task), info, comms, clock=FakeClock())
    assert json.loads(result.rendered or "") == {"text": "5 [5]"}
    assert comms.asked == []


def test_a_result_that_cannot_be_stored_names_task_and_key() -> None:
    result = ran(lambda context: object())
    assert result.state is TaskState.FAILED
    assert "'t'" in result.reason and "'return_value'" in result.reason


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AirflowSkipException("not today"),
         Result(state=TaskState.SKIPPED, reason="not today")),
        (AirflowFailException("never"),
         Result(state=TaskState.FAILED, reason="never", no_retry=True)),
        (AirflowSensorTimeout("too late"),
         Result(state=TaskState.FAILED, reason="too late", no_retry=True)),
        (AirflowException("exit code 1"), Result(state=TaskState.FAILED, reason="exit code 1")),
        (ValueError("a\n  b"), Result(state=TaskState.FAILED, reason="ValueError: a | b")),
        (KeyboardInterrupt(), Result(state=TaskState.FAILED, reason="Interrupted.")),
        (SystemExit(3), Result(state=TaskState.FAILED,
                               reason="The task called sys.exit with exit code 3.")),
        (SystemExit(0), Result(state=TaskState.SUCCESS)),
        (SystemExit(), Result(state=TaskState.SUCCESS)),
        (DownstreamTasksSkipped(tasks=["a", ("b", -1)]),
         Result(state=TaskState.SUCCESS, skips=("a", "b"))),
    ],
)  # fmt: skip
def test_each_exception_has_its_ending(error: BaseException, expected: Result) -> None:
    result = ran(raising(error))
    assert json.loads(result.rendered or "") == {"text": ""}
    assert result == Result(**{**_fields(expected), "rendered": result.rendered})


def _fields(result: Result) -> dict[str, Any]:
    return {name: getattr(result, name) for name in Result.__struct_fields__}


def test_a_rescheduled_sensor_says_when_to_come_back() -> None:
    at = FakeClock().now() + timedelta(minutes=5)
    result = ran(raising(AirflowRescheduleException(at)))
    assert (result.state, result.reschedule_at) == (TaskState.UP_FOR_RESCHEDULE, at)


def test_a_task_decides_what_is_skipped_after_it() -> None:
    result = ran(lambda context: context["ti"].record_skips(["a", "b", "a"], whole=True))
    assert (result.skips, result.skips_whole) == (("a", "b"), True)


def test_a_task_that_takes_too_long_is_interrupted() -> None:
    released = threading.Event()
    began = time.monotonic()
    result = ran(lambda context: released.wait(60), execution_timeout=timedelta(seconds=0.1))
    assert time.monotonic() - began < 30
    assert result.state is TaskState.FAILED
    assert not result.no_retry
    assert "execution_timeout of 0:00:00.1" in result.reason


def test_when_the_time_is_over_on_kill_is_called_once() -> None:
    done: list[str] = []

    def body(context: Any) -> None:
        with contextlib.suppress(BaseException):  # code that will not hear of it
            threading.Event().wait(60)
        threading.Event().wait(60)

    result = ran(body, done=done, execution_timeout=timedelta(seconds=0.1))
    assert "execution_timeout of 0:00:00.1" in result.reason
    assert done == ["pre_execute", "execute", "on_kill"]


def test_a_task_in_time_is_not_killed() -> None:
    done: list[str] = []
    assert ran(lambda _: 1, done=done, execution_timeout=timedelta(seconds=60)).reason == ""
    assert "on_kill" not in done


def test_an_on_kill_that_fails_does_not_hide_the_timeout(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> None:
        raise ValueError("cannot let go")

    result = ran(
        lambda _: threading.Event().wait(60),
        on_kill=broken,
        execution_timeout=timedelta(seconds=0.1),
    )
    assert "execution_timeout" in result.reason
    assert "on_kill failed" in caplog.text


def test_an_alarm_of_somebody_else_goes_on() -> None:
    before = signal.getitimer(signal.ITIMER_REAL)
    signal.setitimer(signal.ITIMER_REAL, 1000.0)
    try:
        ran(lambda context: None, execution_timeout=timedelta(seconds=100))
        assert 900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1000
    finally:
        signal.setitimer(signal.ITIMER_REAL, *before)


def test_a_timeout_cannot_be_swallowed_by_except_exception() -> None:
    def body(context: Any) -> str:
        try:
            threading.Event().wait(60)
        except Exception:
            return "swallowed"
        return "done"

    assert ran(body, execution_timeout=timedelta(seconds=0.1)).state is TaskState.FAILED


def test_no_time_at_all_fails_at_once() -> None:
    assert "no time at all" in ran(lambda context: 1, execution_timeout=timedelta()).reason


def test_sigterm_calls_on_kill_and_ends_the_attempt() -> None:
    done: list[str] = []

    def body(context: Any) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(60)

    before = signal.getsignal(signal.SIGTERM)
    result = ran(body, done=done)
    assert "on_kill" in done
    assert "SIGTERM" in result.reason
    assert result.state is TaskState.FAILED
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_task_that_is_gone_from_the_file_is_said_so() -> None:
    dag = dag_of(Task(lambda context: None))
    result = run_attempt(dag, attempt("gone"), FakeComms(), file_loc="/dags/x.py")
    assert (result.state, result.no_retry) == (TaskState.FAILED, True)
    assert result.reason == "The file /dags/x.py has no task 'gone' in DAG 'd'."


def test_mark_success_runs_nothing() -> None:
    result = ran(raising(ValueError()), info=attempt(mark_success=True))
    assert result.state is TaskState.SUCCESS


def test_an_unknown_name_in_a_template_fails_with_a_hint(
    caplog: pytest.LogCaptureFixture,
) -> None:
    result = ran(lambda context: None, text="{{ execution_date }}")
    assert result.state is TaskState.FAILED
    assert "execution_date" in result.reason
    assert "Old name of `logical_date`" in caplog.text


def test_the_log_shows_the_authors_frames_only(caplog: pytest.LogCaptureFixture) -> None:
    def my_code() -> None:
        raise ValueError("too many rows")

    ran(lambda context: my_code())
    assert "my_code" in caplog.text
    assert "ValueError: too many rows" in caplog.text
    assert "runner/attempt.py" not in caplog.text


def test_the_log_tells_the_beginning_and_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ran(lambda context: None, info=attempt(max_tries=2, try_number=2))
    assert "Try 2 of 3: d.t of run r1" in caplog.text
    assert "d.t: success" in caplog.text


def test_programs_find_their_attempt_in_the_environment() -> None:
    seen: dict[str, str] = {}

    def body(context: Any) -> None:
        seen.update({k: v for k, v in os.environ.items() if k.startswith("AIRFLOW_CTX_")})

    ran(body)
    assert seen["AIRFLOW_CTX_DAG_ID"] == "d"
    assert seen["AIRFLOW_CTX_DAG_RUN_ID"] == "r1"
    assert seen["AIRFLOW_CTX_LOGICAL_DATE"] == "2026-11-22T00:00:00+00:00"
    assert "AIRFLOW_CTX_DAG_ID" not in os.environ


def test_the_engine_answers_only_while_the_task_runs() -> None:
    comms = FakeComms()
    found = []
    ran(lambda context: found.append(current_comms()), comms=comms)
    assert found == [comms]


def test_runs_without_a_logical_date_have_no_ds() -> None:
    info = attempt(run=run(logical_date=None, data_interval_start=None, data_interval_end=None))
    assert "'ds'" in ran(lambda context: None, text="{{ ds }}", info=info).reason
    assert ran(lambda context: None, text="{{ run_id }}", info=info).state is TaskState.SUCCESS


def test_ctrl_c_ends_a_test_run_and_not_only_the_task() -> None:
    task = Task(raising(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        run_attempt(dag_of(task), attempt(), FakeComms(), interruptible=True)


def test_a_retry_policy_decides() -> None:
    class Policy:
        def __init__(self, action: str, delay: timedelta | None = None) -> None:
            self.decision = SimpleNamespace(action=action, retry_delay=delay, reason="by policy")

        def evaluate(
            self, exception: BaseException, try_number: int, max_tries: int, context: Any
        ) -> Any:
            assert isinstance(exception, ValueError)
            assert context["ti"].try_number == try_number
            return self.decision

    body = raising(ValueError("no"))
    info = attempt(max_tries=2)
    fails = ran(body, retry_policy=Policy("fail"), info=info)
    assert (fails.no_retry, fails.reason) == (True, "ValueError: no (by policy)")
    later = ran(body, retry_policy=Policy("retry", timedelta(minutes=5)), info=info)
    assert (later.no_retry, later.retry_in) == (False, 300.0)
    usual = ran(body, retry_policy=Policy("default"), info=info)
    assert (usual.no_retry, usual.retry_in) == (False, None)
    over = ran(body, retry_policy=Policy("retry", timedelta(minutes=5)), info=attempt())
    assert over.retry_in is None, "a policy is not asked when no try is left"


def test_a_broken_retry_policy_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Policy:
        def evaluate(self, *_: Any) -> Any:
            raise RuntimeError("broken policy")

    result = ran(raising(ValueError("no")), retry_policy=Policy(), info=attempt(max_tries=1))
    assert (result.reason, result.no_retry) == ("ValueError: no", False)
    assert "broken policy" in caplog.text
