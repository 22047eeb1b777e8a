"""`airflow.utils.operator_helpers`: which arguments a function wants."""

from collections.abc import Callable, Collection, Mapping
from functools import wraps
from inspect import Parameter, isgeneratorfunction, signature
from typing import Any

_NAMED = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)

#: context key -> environment variable (and dotted configuration name) of that part of the context
AIRFLOW_VAR_NAME_FORMAT_MAPPING: Mapping[str, Mapping[str, str]] = {
    f"AIRFLOW_CONTEXT_{name}": {
        "default": f"airflow.ctx.{name.lower()}",
        "env_var_format": f"AIRFLOW_CTX_{name}",
    }
    for name in (
        "DAG_ID",
        "TASK_ID",
        "EXECUTION_DATE",
        "LOGICAL_DATE",
        "TRY_NUMBER",
        "DAG_RUN_ID",
        "DAG_OWNER",
        "DAG_EMAIL",
    )
}


class KeywordParameters:
    """The keyword arguments that a function wants out of those on offer."""

    def __init__(self, kwargs: Mapping[str, Any]) -> None:
        self._kwargs = kwargs

    @classmethod
    def determine(
        cls, func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]
    ) -> "KeywordParameters":
        """Choose among `kwargs` for `func`, whose first parameters take `args`.

        Raises `ValueError` when an argument on offer is already taken by position.
        """
        parameters = signature(func).parameters
        taken = list(parameters)[: len(args)]
        for name in taken:
            if name in kwargs and parameters[name].kind in _NAMED:
                raise ValueError(
                    f"The key {name!r} in args is a part of kwargs and therefore reserved."
                )
        if any(each.kind is Parameter.VAR_KEYWORD for each in parameters.values()):
            return cls({name: value for name, value in kwargs.items() if name not in taken})
        wanted = {n for n, each in parameters.items() if each.kind in _NAMED and n not in taken}
        return cls({name: value for name, value in kwargs.items() if name in wanted})

    def unpacking(self) -> Mapping[str, Any]:
        """The chosen arguments, for `**`."""
        return self._kwargs


def determine_kwargs(
    func: Callable[..., Any], args: Collection[Any], kwargs: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Those of `kwargs` that `func` wants after being given `args`."""
    return KeywordParameters.determine(func, args, kwargs).unpacking()


def make_kwargs_callable(func: Callable[..., Any]) -> Callable[..., Any]:
    """`func`, taking any keyword arguments and using those it knows."""

    @wraps(func)
    def taking_any(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **determine_kwargs(func, args, kwargs))

    return taking_any


class ExecutionCallableRunner:
    """A function with the events its task may add to assets; `run(...)` calls it."""

    def __init__(
        self, func: Callable[..., Any], outlet_events: Any = None, *, logger: Any = None
    ) -> None:
        self.func, self.outlet_events = func, outlet_events

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function; of a generator, what it yields are asset metadata."""
        if not isgeneratorfunction(self.func):
            return self.func(*args, **kwargs)
        return self._drained(self.func(*args, **kwargs))

    def _drained(self, steps: Any) -> Any:
        while True:
            try:
                metadata = next(steps)
            except StopIteration as ended:
                return ended.value
            if hasattr(metadata, "asset") and self.outlet_events is not None:
                self.outlet_events[metadata.asset].extra.update(metadata.extra)
