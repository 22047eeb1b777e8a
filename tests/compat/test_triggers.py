"""The base classes that deferrable operators are written with."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from venturi.compat.shims.triggers import DateTimeTrigger, FileTrigger, TimeDeltaTrigger
from venturi.core.errors import InvalidInput
from venturi.core.states import TaskState
from venturi.sdk.trigger import (
    BaseEventTrigger,
    BaseTrigger,
    TaskFailedEvent,
    TaskSuccessEvent,
    TriggerEvent,
)


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
    assert TaskFailedEvent(xcoms={"return_value": 1}).xcoms == {"return_value": 1}


def test_equal_event_triggers_have_equal_hashes() -> None:
    one = BaseEventTrigger.hash("my.T", {"a": 1, "b": 2})
    assert one == BaseEventTrigger.hash("my.T", {"b": 2, "a": 1})


def first_event(trigger: BaseTrigger) -> TriggerEvent:
    async def first() -> TriggerEvent:
        return await asyncio.wait_for(anext(aiter(trigger.run())), timeout=20)

    return asyncio.run(first())


def test_a_moment_that_has_passed_is_an_event_at_once() -> None:
    moment = datetime(2020, 1, 1, tzinfo=UTC)
    assert first_event(DateTimeTrigger(moment)) == TriggerEvent(moment)
    assert isinstance(first_event(DateTimeTrigger(moment, end_from_trigger=True)), TaskSuccessEvent)
    with pytest.raises(InvalidInput, match="time zone"):
        DateTimeTrigger(datetime(2020, 1, 1))


def test_a_duration_is_kept_as_the_moment_it_came_to() -> None:
    trigger = TimeDeltaTrigger(timedelta(milliseconds=20))
    path, said = trigger.serialize()
    assert path == "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
    assert said["moment"] == trigger.moment
    assert first_event(trigger).payload == trigger.moment


def test_a_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "there.csv").write_text("1")
    assert first_event(FileTrigger(str(tmp_path / "*.csv"))).payload is True
