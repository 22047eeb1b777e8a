"""Triggers: what a deferred task waits for, and the event it is woken with."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from logging import Logger, getLogger
from typing import Any

from venturi.core.states import TaskState


class TriggerEvent:
    """What a trigger has seen; `payload` is given to the method the task goes on with."""

    def __init__(self, payload: Any) -> None:
        self.payload = payload

    def __repr__(self) -> str:
        return f"{type(self).__name__}<{self.payload!r}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TriggerEvent) and self.payload == other.payload

    __hash__ = None  # type: ignore[assignment]


class BaseTaskEndEvent(TriggerEvent):
    """Ends the task at once, in a given state, without waking its code."""

    task_instance_state: TaskState

    def __init__(self, *, xcoms: Mapping[str, Any] | None = None, **kwargs: Any) -> None:
        if "payload" in kwargs:
            raise ValueError("An event that ends a task takes no payload; its state says it all.")
        super().__init__(payload=str(self.task_instance_state))
        self.xcoms = dict(xcoms) if xcoms else None


class TaskSuccessEvent(BaseTaskEndEvent):
    """Ends the task as success."""

    task_instance_state = TaskState.SUCCESS


class TaskFailedEvent(BaseTaskEndEvent):
    """Ends the task as failed."""

    task_instance_state = TaskState.FAILED


class TaskSkippedEvent(BaseTaskEndEvent):
    """Ends the task as skipped."""

    task_instance_state = TaskState.SKIPPED


class BaseTrigger:
    """Something to wait for, without holding a slot.

    A trigger is made again from `serialize()` in another process: its arguments have to be what
    JSON can say. Many triggers share one event loop, so `run` must never block.
    """

    supports_triggerer_queue: bool = True

    def __init__(self, **kwargs: Any) -> None:
        self.task_instance: Any = None
        self.trigger_id: int | None = None
        self.template_fields: tuple[str, ...] = ()

    @property
    def log(self) -> Logger:
        """A logger under the class's dotted name."""
        return getLogger(f"{type(self).__module__}.{type(self).__name__}")

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The dotted name of the class and the arguments to make it again with."""
        raise NotImplementedError(f"{type(self).__name__} has to define serialize().")

    def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait, then yield the event; an async generator."""
        raise NotImplementedError(f"{type(self).__name__} has to define run().")

    async def cleanup(self) -> None:
        """Called when the trigger ends or is moved, to close what it has opened."""

    def render_template_fields(self, context: Any, jinja_env: Any = None) -> None:
        """Nothing is rendered unless a trigger says so."""

    def __repr__(self) -> str:
        path, arguments = self.serialize()
        said = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
        return f"<{path} {said}>"


class BaseEventTrigger(BaseTrigger):
    """A trigger that may wake assets instead of tasks: it goes on after an event."""

    supports_triggerer_queue: bool = False

    @staticmethod
    def hash(classpath: str, kwargs: dict[str, Any]) -> int:
        """Equal for triggers that watch the same thing, so that it is watched once."""
        import json

        return hash((classpath, json.dumps(kwargs, sort_keys=True, default=str)))


class StartTriggerArgs:
    """Lets a task begin as deferred: which trigger to start with and where to go on."""

    def __init__(
        self,
        trigger_cls: str,
        next_method: str,
        trigger_kwargs: dict[str, Any] | None = None,
        next_kwargs: dict[str, Any] | None = None,
        timeout: timedelta | None = None,
    ) -> None:
        self.trigger_cls, self.next_method = trigger_cls, next_method
        self.trigger_kwargs, self.next_kwargs = trigger_kwargs, next_kwargs
        self.timeout = timeout
