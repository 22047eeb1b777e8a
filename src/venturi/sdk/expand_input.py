"""What a mapped task or group is expanded over, and the arguments of each instance."""

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from venturi.core.errors import InvalidInput
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.grouped import index_of_group
from venturi.sdk.xcomarg import XComArg, listed_value, references
from venturi.spec.model import MapSource


class ExpandInput:
    """Something to expand over."""

    def argument_names(self) -> set[str]:
        """The arguments that differ between instances, as far as the file says."""
        raise NotImplementedError

    def values(self) -> list[Any]:
        """What was given."""
        raise NotImplementedError

    def references(self) -> Iterator[Any]:
        """The tasks whose results it needs."""
        return references(self.values())

    def sources(self) -> tuple[MapSource, ...]:
        """What the engine needs to know in order to count instances."""
        raise NotImplementedError

    def length(self, context: Mapping[str, Any]) -> int:
        """The number of instances in a run."""
        raise NotImplementedError

    def resolve(self, map_index: int, context: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of one instance."""
        raise NotImplementedError


class DictOfLists(ExpandInput):
    """`expand(a=[...], b=...)`: each combination, the last argument turning fastest."""

    def __init__(self, value: Mapping[str, Any]) -> None:
        for name, each in value.items():
            if not _is_mappable(each):
                raise InvalidInput(
                    f"expand({name}=...) takes a list, a dict or the result of a task, not "
                    f"{each!r}; what all instances share belongs into partial()."
                )
        self.value = dict(value)

    def argument_names(self) -> set[str]:
        return set(self.value)

    def values(self) -> list[Any]:
        return list(self.value.values())

    def sources(self) -> tuple[MapSource, ...]:
        return tuple(_source(name, each) for name, each in self.value.items())

    def length(self, context: Mapping[str, Any]) -> int:
        return prod(len(each) for each in self._lists(context).values())

    def resolve(self, map_index: int, context: Mapping[str, Any]) -> dict[str, Any]:
        lists = self._lists(context)
        if not 0 <= map_index < prod(len(each) for each in lists.values()):
            raise AirflowException(f"There is no instance {map_index} of this mapped task.")
        chosen: dict[str, Any] = {}
        rest = map_index
        for name in reversed(lists):
            items = lists[name]
            rest, at = divmod(rest, len(items))
            chosen[name] = items[at]
        return {name: _resolved(chosen[name], context) for name in lists}

    def _lists(self, context: Mapping[str, Any]) -> dict[str, Sequence[Any]]:
        return {name: _items(each, context) for name, each in self.value.items()}


class ListOfDicts(ExpandInput):
    """`expand_kwargs([...])`: one instance per dict of arguments."""

    def __init__(self, value: Any) -> None:
        if not isinstance(value, list | tuple | XComArg) and not hasattr(value, "iter_references"):
            raise InvalidInput(
                f"expand_kwargs() takes a list of dicts or the result of a task, not {value!r}."
            )
        if isinstance(value, list | tuple):
            for each in value:
                if not isinstance(each, Mapping) and not hasattr(each, "iter_references"):
                    raise InvalidInput(
                        f"expand_kwargs() takes a list of dicts; {each!r} in it is none."
                    )
        self.value = value

    def argument_names(self) -> set[str]:
        if not isinstance(self.value, list | tuple):
            return set()
        return {name for each in self.value if isinstance(each, Mapping) for name in each}

    def values(self) -> list[Any]:
        return [self.value]

    def sources(self) -> tuple[MapSource, ...]:
        return (_source("expand_kwargs", self.value),)

    def length(self, context: Mapping[str, Any]) -> int:
        return len(_items(self.value, context))

    def resolve(self, map_index: int, context: Mapping[str, Any]) -> dict[str, Any]:
        found = _resolved(_items(self.value, context)[map_index], context)
        if not isinstance(found, Mapping) or not all(isinstance(key, str) for key in found):
            raise AirflowException(
                f"expand_kwargs() expects a list of dicts with text keys; item {map_index} is "
                f"{found!r}."
            )
        return {name: _resolved(each, context) for name, each in found.items()}


class MappedArgument:
    """An argument of a mapped task group, inside the group: each instance has its own value."""

    def __init__(self, group: Any, name: str) -> None:
        self._group, self._name = group, name

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The tasks it needs."""
        for operator in self._group.mapped.references():
            yield operator, "return_value"

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        """The value in the instance that runs."""
        index = index_of_group(self._group, context)
        return self._group.mapped.resolve(index, context)[self._name]

    def __repr__(self) -> str:
        return f"MappedArgument({self._name!r})"


def _is_mappable(value: Any) -> bool:
    if isinstance(value, list | tuple | Mapping | XComArg):
        return True
    return hasattr(value, "iter_references") and hasattr(value, "resolve")


def _source(argument: str, value: Any) -> MapSource:
    if isinstance(value, XComArg):
        return value.source(argument)
    if isinstance(value, list | tuple | Mapping):
        return MapSource(argument=argument, length=len(value))
    raise InvalidInput(
        f"{argument}: an argument of a mapped task group cannot be expanded over once more."
    )


def _items(value: Any, context: Mapping[str, Any]) -> Sequence[Any]:
    if hasattr(value, "resolve"):
        value = value.resolve(context)
    return listed_value(value)


def _resolved(value: Any, context: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        return tuple(_resolved(each, context) for each in value)
    return value.resolve(context) if hasattr(value, "iter_references") else value
