"""`@setup` and `@teardown`: functions that make ready and clean up."""

from collections.abc import Callable
from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.taskflow.decorators import TaskDecorator
from venturi.sdk.taskflow.groups import GroupDecorator
from venturi.sdk.taskflow.task import task


def setup(function: Any) -> TaskDecorator:
    """Decorator: the task of this function is a setup. Also above `@task`."""
    found = _task(function)
    found.is_setup = True
    return found


def teardown(function: Any = None, *, on_failure_fail_dagrun: bool = False) -> Any:
    """Decorator: the task of this function is a teardown. Also above `@task`.

    Its failure fails the run only with `on_failure_fail_dagrun`.
    """

    def decorated(given: Any) -> TaskDecorator:
        found = _task(given)
        found.is_teardown = True
        found.on_failure_fail_dagrun = on_failure_fail_dagrun
        return found

    return decorated if function is None else decorated(function)


def _task(function: Callable[..., Any] | TaskDecorator) -> TaskDecorator:
    if isinstance(function, GroupDecorator):
        raise AirflowException("A task group cannot be a setup or teardown; mark a task in it.")
    found = function if isinstance(function, TaskDecorator) else task(function)
    assert isinstance(found, TaskDecorator)
    return found
