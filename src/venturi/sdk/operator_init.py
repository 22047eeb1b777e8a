"""What happens around the `__init__` of every operator class.

`BaseOperator.__init_subclass__` wraps it here: arguments left out come from `default_args` (the
DAG's, the group's, the operator's own, in rising order), `params` are merged, and once the
outermost `__init__` is done the task joins its DAG's graph.
"""

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from venturi.sdk.era import author_place
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.scope import current_dag, current_group

#: Present only while an `__init__` runs, on the instance.
BUILDING = "_venturi_building"

#: Arguments by the name that an earlier line gave them, and the present one; None: no longer
#: means anything. They are translated whoever declares them.
OLD_ARGUMENTS: Mapping[str, str | None] = {
    "task_concurrency": "max_active_tis_per_dag",
    "xcom_push": "do_xcom_push",
    "adhoc": None,
    "schedule_interval": None,
}


class MissingArgument(AirflowException, TypeError):
    """An operator was made without an argument that it needs."""


class Building:
    """What the outermost `__init__` found out, for those it calls."""

    __slots__ = ("dag", "default_args", "group", "params")

    def __init__(self, kwargs: dict[str, Any]) -> None:
        self.dag = kwargs.get("dag") or current_dag()
        group = kwargs.get("task_group")
        if group is None:
            group = current_group(self.dag)
        if self.dag is None and group is not None:
            self.dag = group.dag
        self.group = group
        self.default_args, self.params = merged_defaults(
            self.dag, group, kwargs.get("default_args"), kwargs.get("params")
        )
        for old, new in OLD_ARGUMENTS.items():
            if old in self.default_args:
                value = self.default_args.pop(old)
                if new is not None:
                    self.default_args.setdefault(new, value)

    def fill(self, kwargs: dict[str, Any], names: frozenset[str]) -> None:
        """Translate old names in `kwargs`, and add what default_args have for `names`."""
        for old, new in OLD_ARGUMENTS.items():
            if old in kwargs and old not in names:
                value = kwargs.pop(old)
                if new is not None:
                    kwargs.setdefault(new, value)
        for name, value in self.default_args.items():
            if name in names and name not in kwargs:
                kwargs[name] = value


def merged_defaults(
    dag: Any, group: Any, own: Mapping[str, Any] | None, params: Any
) -> tuple[dict[str, Any], Any]:
    """The default_args that count, and the params that follow from all of them.

    Later wins: the DAG's, those of the groups around, the operator's own.
    """
    merged: dict[str, Any] = dict(dag.default_args) if dag is not None else {}
    if group is not None and group.default_args:
        merged.update(group.default_args)
    if own:
        merged.update(own)
    layers = [
        dag.params if dag is not None else None,
        group.default_args.get("params") if group is not None else None,
        own.get("params") if own else None,
        params,
    ]
    merged.pop("params", None)
    if not any(layers):
        return merged, None
    from venturi.sdk.param import ParamsDict

    together = ParamsDict()
    for layer in layers:
        if layer:
            together.update(layer)
    return merged, together


def wrapped_init(init: Callable[..., None]) -> Callable[..., None]:
    """`init` with what this module promises."""
    known = inspect.signature(init).parameters
    names = frozenset(
        name
        for name, parameter in known.items()
        if name != "self"
        and parameter.kind in {parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY}
    )
    needed = frozenset(name for name in names if known[name].default is inspect.Parameter.empty)

    @functools.wraps(init)
    def build(self: Any, *args: Any, **kwargs: Any) -> None:
        if args:
            raise MissingArgument(
                f"{type(self).__name__} takes keyword arguments only: write "
                f"{type(self).__name__}(task_id=..., ...)."
            )
        building: Building | None = self.__dict__.get(BUILDING)
        outermost = building is None
        if building is None:
            building = Building(kwargs)
            self.__dict__[BUILDING] = building
        building.fill(kwargs, names)
        if outermost:
            kwargs.pop("default_args", None)
        missing = needed - kwargs.keys()
        if missing:
            self.__dict__.pop(BUILDING, None)
            raise _missing(self, kwargs, missing)
        try:
            init(self, **kwargs)
            if outermost:
                del self.__dict__[BUILDING]
                self._built()
        except BaseException:
            self.__dict__.pop(BUILDING, None)
            raise

    build.__dict__["venturi_names"] = names
    return build


def _missing(self: Any, kwargs: Mapping[str, Any], missing: frozenset[str]) -> MissingArgument:
    which = ", ".join(sorted(missing))
    task = f" (task_id {kwargs['task_id']!r})" if "task_id" in kwargs else ""
    file, line = author_place()
    where = f" at {file}:{line}" if file else ""
    many = "arguments" if len(missing) > 1 else "the argument"
    return MissingArgument(f"{type(self).__name__}{task}{where} needs {many} {which}.")
