"""The base classes that deferrable operators and retry policies are written with."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from venturi.core.states import TaskState
from venturi.sdk.retry_policy import (
    ChainRetryPolicy,
    ExceptionRetryPolicy,
    RetryAction,
    RetryDecision,
    RetryRule,
)
from venturi.sdk.trigger import BaseEventTrigger, BaseTrigger, TaskFailedEvent, TriggerEvent


class Instant(BaseTrigger):
    """Has its event at once."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return "my.Instant", {"word": self.word}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        yield TriggerEvent({"word": self.word})


def test_a_trigger_yields_its_event() -> None:
    async def first() -> TriggerEvent:
        return await anext(aiter(Instant("hi").run()))

    assert asyncio.run(first()) == TriggerEvent({"word": "hi"})
    assert repr(Instant("hi")) == "<my.Instant word='hi'>"


def test_a_trigger_has_to_say_how_it_is_made_again() -> None:
    with pytest.raises(NotImplementedError, match="serialize"):
        BaseTrigger().serialize()


def test_an_event_that_ends_the_task_carries_its_state() -> None:
    assert TaskFailedEvent().task_instance_state is TaskState.FAILED
    with pytest.raises(ValueError, match="takes no payload"):
        TaskFailedEvent(payload=1)


def test_equal_event_triggers_have_equal_hashes() -> None:
    one = BaseEventTrigger.hash("my.T", {"a": 1, "b": 2})
    assert one == BaseEventTrigger.hash("my.T", {"b": 2, "a": 1})


def test_the_first_matching_rule_decides_about_a_retry() -> None:
    policy = ExceptionRetryPolicy(
        [
            RetryRule(PermissionError, RetryAction.FAIL, reason="no rights"),
            RetryRule("builtins.OSError", "retry", timedelta(seconds=5)),
            RetryRule("not.installed.Error", "fail"),
        ]
    )
    assert policy.evaluate(PermissionError(), 1, 3) == RetryDecision.fail(reason="no rights")
    assert policy.evaluate(TimeoutError(), 1, 3).retry_delay == timedelta(seconds=5)
    assert policy.evaluate(ValueError(), 1, 3).action is RetryAction.DEFAULT
    chained = ChainRetryPolicy([ExceptionRetryPolicy([]), policy])
    assert chained.evaluate(PermissionError(), 1, 3).action is RetryAction.FAIL
