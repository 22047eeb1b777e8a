"""`task`: `@task` itself and all its kinds."""

from collections.abc import Callable
from functools import partial
from typing import Any

from venturi.sdk.taskflow.conditions import run_if, skip_if
from venturi.sdk.taskflow.decorators import task_decorator_factory
from venturi.sdk.taskflow.kinds import KINDS, operator_of


class TaskDecoratorCollection:
    """`@task`, `@task(...)`, `@task.<kind>`, `@task.<kind>(...)`."""

    run_if = staticmethod(run_if)
    skip_if = staticmethod(skip_if)

    def __init__(self, more: Callable[[str], Any] | None = None) -> None:
        #: finds the kinds that installed provider packages bring: decorator function or None
        self.more = more

    def __call__(self, python_callable: Any = None, **kwargs: Any) -> Any:
        return self._made("python", python_callable, kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in KINDS:
            return partial(self._kind, name)
        found = self.more(name) if self.more is not None else None
        if found is None:
            known = ", ".join(sorted(KINDS))
            raise AttributeError(
                f"There is no @task.{name}: no installed provider package brings it. Built in: "
                f"{known}."
            )
        return found

    def _kind(self, kind: str, python_callable: Any = None, **kwargs: Any) -> Any:
        return self._made(kind, python_callable, kwargs)

    def _made(self, kind: str, python_callable: Any, kwargs: dict[str, Any]) -> Any:
        if kind in {"branch", "short_circuit", "sensor", "bash", "stub"}:
            # What these return is a decision or a text, never several XComs.
            kwargs.setdefault("multiple_outputs", False)
        return task_decorator_factory(
            python_callable, decorated_operator_class=partial(operator_of, kind), **kwargs
        )


#: The decorator of DAG files.
task = TaskDecoratorCollection()


def python_task(python_callable: Any = None, **kwargs: Any) -> Any:
    """`@task.python`, as a function."""
    return task(python_callable, **kwargs)
