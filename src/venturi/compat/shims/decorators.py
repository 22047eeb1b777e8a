"""`airflow.utils.decorators`: `apply_defaults`, which 1.x operators of one's own carry."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def apply_defaults(func: F) -> F:
    """Mark an operator's `__init__`; every operator applies its defaults anyway."""
    return func


def remove_task_decorator(python_source: str, task_decorator_name: str) -> str:
    """The source of a function without the line of that decorator, its arguments included."""
    import ast

    tree = ast.parse(python_source)
    name = task_decorator_name.removeprefix("@")
    lines = python_source.splitlines(keepends=True)
    for node in ast.walk(tree):
        for decorator in getattr(node, "decorator_list", ()):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if ast.unparse(called) == name:
                last = decorator.end_lineno or decorator.lineno
                lines[decorator.lineno - 1 : last] = [""] * (last - decorator.lineno + 1)
    return "".join(lines)


def fixup_decorator_warning_stack(func: Callable[..., Any]) -> None:
    """Accepted for providers' decorators."""
