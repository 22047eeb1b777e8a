"""`@task.run_if` and `@task.skip_if`: a task that looks at its context before it runs."""

from collections.abc import Callable
from typing import Any

from venturi.sdk.exceptions import AirflowSkipException
from venturi.sdk.taskflow.decorators import TaskDecorator

Condition = Callable[[Any], bool | tuple[bool, str | None]]


def conditional(
    condition: Condition, skip_message: str | None, *, skip_when: bool
) -> Callable[[TaskDecorator], TaskDecorator]:
    """Decorator of decorated tasks: skip when `condition(context)` is `skip_when`.

    The condition may also return a pair of its result and a message.
    """

    def decorated(task: TaskDecorator) -> TaskDecorator:
        if not isinstance(task, TaskDecorator):
            raise TypeError("@task.run_if and @task.skip_if stand above a @task decorator.")
        before = task.kwargs.get("pre_execute")

        def check(context: Any) -> None:
            found = condition(context)
            result, message = found if isinstance(found, tuple) else (found, None)
            if bool(result) is skip_when:
                raise AirflowSkipException(message or skip_message or "Skipped by its condition.")
            if before is not None:
                before(context)

        task.kwargs["pre_execute"] = check
        return task

    return decorated


def run_if(condition: Condition, skip_message: str | None = None) -> Any:
    """Skip the task unless `condition(context)` is true."""
    return conditional(condition, skip_message, skip_when=False)


def skip_if(condition: Condition, skip_message: str | None = None) -> Any:
    """Skip the task if `condition(context)` is true."""
    return conditional(condition, skip_message, skip_when=True)
