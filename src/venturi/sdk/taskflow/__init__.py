"""TaskFlow: functions as tasks.

collection  `task` and its kinds: `@task`, `@task.branch`, `@task.bash`, ...
decorator   a function as a task: what calling, overriding and expanding it does
operator    what the operators of decorated functions have in common
kinds       one row per kind: its operator, and what it forwards
outputs     whether an annotation says that a result is several XComs
conditions  `@task.run_if` and `@task.skip_if`
marks       `@setup` and `@teardown`

The names that DAG files use are importable from here.
"""

from venturi.sdk.taskflow.collection import TaskDecoratorCollection, task
from venturi.sdk.taskflow.decorator import TaskDecorator, task_decorator_factory
from venturi.sdk.taskflow.marks import setup, teardown
from venturi.sdk.taskflow.operator import DecoratedOperator

__all__ = [
    "DecoratedOperator",
    "TaskDecorator",
    "TaskDecoratorCollection",
    "setup",
    "task",
    "task_decorator_factory",
    "teardown",
]
