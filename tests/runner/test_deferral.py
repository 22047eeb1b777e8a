"""Deferral without a triggerer: the task waits in its own process."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.runner.make import Task, dag_of
from tests.sdk_runtime.make import FakeClock, FakeComms, attempt
from venturi.core.attempts import Result
from venturi.core.states import TaskState
from venturi.runner.attempt import run_attempt
from venturi.sdk.exceptions import TaskDeferred
from venturi.sdk.trigger import (
    BaseTrigger,
    TaskFailedEvent,
    TaskSkippedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)


class Gives(BaseTrigger):
    """Gives these events, then ends."""

    def __init__(self, *events: Any) -> None:
        super().__init__()
        self.events = events
        self.cleaned = False

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{__name__}.Gives", {}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        for event in self.events:
            await asyncio.sleep(0)
            if isinstance(event, BaseException):
                raise event
            yield event

    async def cleanup(self) -> None:
        self.cleaned = True


class Never(Gives):
    """Waits for ever."""

    async def run(self) -> AsyncIterator[TriggerEvent]:
        await asyncio.Event().wait()
        yield TriggerEvent(None)


class Deferring(Task):
    """Defers to `trigger`, then goes on in `resumed`."""

    trigger: Any = None
    again: Any = None
    timeout: Any = None

    def execute(self, context: Any) -> Any:
        raise TaskDeferred(
            trigger=self.trigger, method_name="resumed", kwargs={"step": 1}, timeout=self.timeout
        )

    def resumed(self, context: Any, event: Any = None, step: int = 0) -> Any:
        if self.again is not None and step == 1:
            raise TaskDeferred(trigger=self.again, method_name="resumed", kwargs={"step": 2})
        return [event, step, context["ds"]]


def ran(**fields: Any) -> Result:
    task = Deferring(lambda context: None, **fields)
    return run_attempt(dag_of(task), attempt(), FakeComms(), clock=FakeClock())


def test_the_first_event_wakes_the_task() -> None:
    trigger = Gives(TriggerEvent({"a": 1}), TriggerEvent("second"))
    result = ran(trigger=trigger)
    assert result.state is TaskState.SUCCESS
    assert result.xcoms[0].value == '[{"a": 1}, 1, "2026-11-22"]'
    assert trigger.cleaned


def test_a_task_may_defer_again() -> None:
    result = ran(trigger=Gives(TriggerEvent(1)), again=Gives(TriggerEvent(2)))
    assert result.xcoms[0].value == '[2, 2, "2026-11-22"]'


@pytest.mark.parametrize(
    ("event", "state"),
    [
        (TaskSuccessEvent(), TaskState.SUCCESS),
        (TaskFailedEvent(), TaskState.FAILED),
        (TaskSkippedEvent(), TaskState.SKIPPED),
    ],
)
def test_an_event_may_end_the_task_itself(event: TriggerEvent, state: TaskState) -> None:
    result = ran(trigger=Gives(event))
    assert result.state is state
    assert result.xcoms == ()


def test_results_of_an_event_that_ends_the_task_are_pushed() -> None:
    result = ran(trigger=Gives(TaskSuccessEvent(xcoms={"return_value": 5})))
    assert [each.value for each in result.xcoms] == ["5"]


def test_a_trigger_that_takes_too_long_fails_the_task() -> None:
    result = ran(trigger=Never(), timeout=timedelta(milliseconds=50))
    assert result.state is TaskState.FAILED
    assert "within the deferral's timeout of 0:00:00.05" in result.reason


def test_the_time_limit_of_the_task_counts_too() -> None:
    result = ran(trigger=Never(), execution_timeout=timedelta(milliseconds=50))
    assert "execution_timeout" in result.reason


def test_a_trigger_without_an_event_fails_the_task() -> None:
    assert "ended without an event" in ran(trigger=Gives()).reason


def test_a_trigger_that_fails_fails_the_task() -> None:
    assert ran(trigger=Gives(ValueError("lost"))).reason == "ValueError: lost"
