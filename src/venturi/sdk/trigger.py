"""Triggers: what a deferred task waits for."""

from collections.abc import AsyncIterator
from datetime import timedelta
from logging import Logger, getLogger
from typing import Any, NamedTuple

from venturi.core.states import TaskState


class TriggerEvent:
    """What a trigger says when it fires; the task goes on with `payload`."""

    def __init__(self, payload: Any, **_: Any) -> None:
        self.payload = payload

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and other.payload == self.payload

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self.payload!r}>"


class BaseTaskEndEvent(TriggerEvent):
    """An event that ends the task without running it again; `xcoms` are stored."""

    task_instance_state: TaskState

    def __init__(self, *, xcoms: dict[str, Any] | None = None, **_: Any) -> None:
        super().__init__(str(self.task_instance_state))
        self.xcoms = dict(xcoms or {})


class TaskSuccessEvent(BaseTaskEndEvent):
    """The task ends as success."""

    task_instance_state = TaskState.SUCCESS


class TaskFailedEvent(BaseTaskEndEvent):
    """The task ends as failed."""

    task_instance_state = TaskState.FAILED


class TaskSkippedEvent(BaseTaskEndEvent):
    """The task ends as skipped."""

    task_instance_state = TaskState.SKIPPED


class BaseTrigger:
    """Base of triggers: `serialize` says how to make it again, `run` yields events."""

    def __init__(self, **kwargs: Any) -> None:
        self.task_instance: Any = None
        self.trigger_id: int | None = None

    @property
    def log(self) -> Logger:
        """A logger under the class's dotted name."""
        return getLogger(f"{type(self).__module__}.{type(self).__name__}")

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The dotted path of the class, and the keyword arguments that make this one again."""
        raise NotImplementedError(f"{type(self).__name__} has to define serialize().")

    def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then yield an event."""
        raise NotImplementedError(f"{type(self).__name__} has to define run().")

    async def cleanup(self) -> None:
        """Leave nothing behind."""

    def __repr__(self) -> str:
        path, kwargs = self.serialize()
        given = ", ".join(f"{key}={value!r}" for key, value in sorted(kwargs.items()))
        return f"<{path} {given}>"


class BaseEventTrigger(BaseTrigger):
    """Base of triggers that watch assets."""

    supports_triggerer_queue = False

    @staticmethod
    def hash(classpath: str, kwargs: dict[str, Any]) -> int:
        """Equal for equal triggers."""
        return hash((classpath, repr(sorted(kwargs.items()))))


class StartTriggerArgs(NamedTuple):
    """How a task begins with a trigger instead of a process."""

    trigger_cls: str
    next_method: str
    trigger_kwargs: dict[str, Any] | None = None
    next_kwargs: dict[str, Any] | None = None
    timeout: timedelta | None = None
