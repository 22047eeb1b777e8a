"""`airflow.utils.context`: changing a context's values."""

from collections.abc import Container
from typing import Any


def context_merge(context: Any, *args: Any, **kwargs: Any) -> None:
    """Put more values into the context, in place."""
    context.update(*args, **kwargs)


def context_copy_partial(source: Any, keys: Container[str]) -> dict[str, Any]:
    """The values of these keys, without asking for any other."""
    return {key: source[key] for key in source if key in keys}


def context_get_outlet_events(context: Any) -> Any:
    """The events a task may add to the assets it writes."""
    return context["outlet_events"]
