"""What listeners hear of an attempt."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import make
from tests.runner.make import Task, dag_of
from tests.sdk_runtime.make import FakeClock, FakeComms, attempt, run
from venturi.core.attempts import FileRef, Result
from venturi.core.messages import Call
from venturi.plugins.listeners import listener_manager, register_listeners
from venturi.plugins.spec import hookimpl
from venturi.runner.attempt import run_attempt
from venturi.runner.callbacks import run_callbacks
from venturi.runner.listening import with_listeners
from venturi.sdk.exceptions import AirflowRescheduleException, AirflowSkipException
from venturi.spec.model import Callback


class Ear:
    """Writes down what it hears, with the signatures of 2.x and 3.x."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    @hookimpl
    def on_task_instance_running(
        self, previous_state: Any, task_instance: Any, session: Any
    ) -> None:
        self.heard.append(("running", previous_state, task_instance.state, session))

    @hookimpl
    def on_task_instance_success(self, previous_state: Any, task_instance: Any) -> None:
        self.heard.append(("success", previous_state, task_instance.state))

    @hookimpl
    def on_task_instance_failed(self, task_instance: Any, error: Any) -> None:
        self.heard.append(("failed", task_instance.task_id, str(error)))

    @hookimpl
    def on_task_instance_skipped(self, task_instance: Any) -> None:
        self.heard.append(("skipped", task_instance.state))


@pytest.fixture
def ear() -> Iterator[Ear]:
    made = Ear()
    register_listeners([made])
    yield made
    listener_manager().unregister(made)


def ran(body: Callable[[Any], Any], **fields: Any) -> Result:
    return run_attempt(dag_of(Task(body, **fields)), attempt(), FakeComms(), clock=FakeClock())


def raising(error: BaseException) -> Callable[[Any], Any]:
    def body(_: Any) -> None:
        raise error

    return body


class RunEar:
    """Hears of runs that ended well."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    @hookimpl
    def on_dag_run_success(self, dag_run: Any, msg: str) -> None:
        self.heard.append((dag_run.run_id, dag_run.state, msg))


@pytest.fixture
def run_ear() -> Iterator[RunEar]:
    made = RunEar()
    register_listeners([made])
    yield made
    listener_manager().unregister(made)


def test_a_dag_without_callbacks_is_called_about_for_listeners(run_ear: RunEar) -> None:
    assert with_listeners(make.dag()).callbacks == (Callback.ON_SUCCESS,)
    own = make.dag(callbacks=(Callback.ON_FAILURE,))
    assert set(with_listeners(own).callbacks) == {Callback.ON_SUCCESS, Callback.ON_FAILURE}
    told = Call(
        call_id=1,
        file=FileRef(path="", key=""),
        kind="on_success",
        dag_id="d",
        run=run(),
        reason="all tasks succeeded",
    )
    assert run_callbacks(dag_of(Task(lambda _: 1)), told, FakeComms()) is None
    assert run_ear.heard == [("r1", "success", "all tasks succeeded")]


def test_without_listeners_a_dag_stays_as_it_is() -> None:
    spec = make.dag()
    assert with_listeners(spec) is spec


RUNNING = ("running", "queued", "running", None)


def test_success_is_told(ear: Ear) -> None:
    ran(lambda _: 1)
    assert ear.heard == [RUNNING, ("success", "running", "success")]


def test_failure_is_told_with_its_error(ear: Ear) -> None:
    ran(raising(ValueError("too many rows")))
    assert ear.heard == [RUNNING, ("failed", "t", "too many rows")]


def test_a_template_that_fails_is_a_failure_that_never_ran(ear: Ear) -> None:
    ran(lambda _: 1, text="{{ 1 / 0 }}")
    assert [each[0] for each in ear.heard] == ["failed"]


def test_a_skip_is_told(ear: Ear) -> None:
    ran(raising(AirflowSkipException("not today")))
    assert ear.heard == [RUNNING, ("skipped", "skipped")]


def test_a_sensor_that_waits_has_not_ended(ear: Ear) -> None:
    ran(raising(AirflowRescheduleException(FakeClock().now())))
    assert ear.heard == [RUNNING]
