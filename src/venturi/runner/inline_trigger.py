"""Deferral without a triggerer: the task waits for its trigger in its own process.

Until there is a triggerer, a task that defers keeps its slot: its trigger's generator runs here
until the first event, then the method it named goes on.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from venturi.core.states import TaskState
from venturi.sdk.exceptions import (
    AirflowFailException,
    AirflowSkipException,
    TaskDeferralError,
    TaskDeferralTimeout,
    TaskDeferred,
)
from venturi.sdk.trigger import BaseTaskEndEvent

#: A task that defers more often than this in one attempt goes in circles.
MOST = 10_000


def carry_on(task: Any, deferred: TaskDeferred, context: Any) -> Any:
    """Wait for the trigger of `deferred` and go on; returns what the task returns in the end.

    Raises `TaskDeferralTimeout` when the trigger takes longer than the deferral's timeout, and
    `TaskDeferralError` when it ends without an event or fails.
    """
    for _ in range(MOST):
        logging.getLogger("airflow.task").info(
            "Deferred: waiting for %s in this process (there is no triggerer).",
            type(deferred.trigger).__name__,
        )
        event = asyncio.run(_first_event(deferred.trigger, deferred.timeout))
        if isinstance(event, BaseTaskEndEvent):
            return _ended_by(event, context)
        try:
            return _resume(task, deferred, event, context)
        except TaskDeferred as again:
            deferred = again
    raise TaskDeferralError(f"The task deferred {MOST} times in one attempt.")


async def _first_event(trigger: Any, longest: timedelta | None) -> Any:
    seconds = None if longest is None else longest.total_seconds()
    try:
        async with asyncio.timeout(seconds):
            async for event in trigger.run():
                return event
    except TimeoutError as error:
        raise TaskDeferralTimeout(
            f"{type(trigger).__name__} had no event within the deferral's timeout of {longest}."
        ) from error
    finally:
        cleanup = getattr(trigger, "cleanup", None)
        if cleanup is not None:
            await cleanup()
    raise TaskDeferralError(f"{type(trigger).__name__} ended without an event.")


def _ended_by(event: BaseTaskEndEvent, context: Any) -> Any:
    """The task's result, from an event that ends the task without waking its code."""
    match str(getattr(event, "task_instance_state", "") or getattr(event, "state", "")):
        case TaskState.FAILED:
            raise AirflowFailException("The trigger ended the task as failed.")
        case TaskState.SKIPPED:
            raise AirflowSkipException("The trigger ended the task as skipped.")
    xcoms = dict(getattr(event, "xcoms", None) or {})
    result = xcoms.pop("return_value", None)
    for key, value in xcoms.items():
        context["ti"].xcom_push(key, value)
    return result


def _resume(task: Any, deferred: TaskDeferred, event: Any, context: Any) -> Any:
    kwargs = {**(deferred.kwargs or {}), "event": getattr(event, "payload", event)}
    resume = getattr(task, "resume_execution", None)
    if resume is not None:
        return resume(deferred.method_name, kwargs, context)
    return getattr(task, deferred.method_name)(context, **kwargs)
