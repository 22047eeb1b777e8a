"""The context of the task that is running, for code that was not given it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from venturi.sdk.exceptions import AirflowException

#: What templates and callables are given: names of `sdk.template_context.NAMES`, and more.
Context = dict[str, Any]


class NoCurrentContext(AirflowException, RuntimeError):
    """No task is running here. Both what 2.x raises and what 3.x raises."""


class _Running:
    """The contexts of the tasks that run in this process, the innermost last.

    Not a ContextVar: threads that a task starts ask too.
    """

    stack: list[Any] = []


def get_current_context() -> Any:
    """The context of the running task. Raises `NoCurrentContext` outside of any."""
    if not _Running.stack:
        raise NoCurrentContext(
            "get_current_context() was called where no task runs; call it inside a task's function."
        )
    return _Running.stack[-1]


@contextmanager
def context_set(context: Any) -> Iterator[Any]:
    """Let `get_current_context` give `context` inside the block."""
    _Running.stack.append(context)
    try:
        yield context
    finally:
        _Running.stack.pop()
