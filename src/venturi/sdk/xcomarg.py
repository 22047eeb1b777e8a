"""References to results of tasks, given to other tasks as arguments."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain as flatten
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Self

from venturi.sdk.exceptions import AirflowException, AirflowSkipException, XComNotFound
from venturi.sdk.grouped import indexes_beside
from venturi.sdk.node import Dependency, Node

if TYPE_CHECKING:
    from venturi.spec.model import MapSource

RETURN_KEY = "return_value"
UNSET: Any = object()


class XComArg(Dependency):
    """A value that tasks will have made. `XComArg(op)` and `op.output` are the task's result.

    `value["key"]` is another XCom of the same task; `.map(f)`, `.zip(...)`, `.concat(...)` shape
    what a mapped task expands over.
    """

    def __new__(cls, *_: Any, **__: Any) -> Any:
        """`XComArg(op)` is a plain one."""
        return super().__new__(PlainXComArg if cls is XComArg else cls)

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The tasks it needs, with the keys."""
        raise NotImplementedError

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        """The value, inside a running task."""
        raise NotImplementedError

    def source(self, argument: str) -> "MapSource":
        """What decides the number of instances of a task mapped over this."""
        raise NotImplementedError

    @property
    def roots(self) -> Sequence[Node]:
        return self._operators()

    @property
    def leaves(self) -> Sequence[Node]:
        return self._operators()

    def _operators(self) -> list[Node]:
        return list({id(each): each for each, _ in self.iter_references()}.values())

    def map(self, f: Callable[[Any], Any]) -> "XComArg":
        """This, with `f` applied to each item; an item for which it raises
        `AirflowSkipException` is skipped."""
        return MapXComArg(self, [f])

    def zip(self, *others: "XComArg", fillvalue: Any = UNSET) -> "XComArg":
        """Tuples of this and others; with `fillvalue` as long as the longest."""
        return ZipXComArg([self, *others], fillvalue)

    def concat(self, *others: "XComArg") -> "XComArg":
        """This and others, one after the other."""
        return ConcatXComArg([self, *others])

    def as_setup(self) -> "XComArg":
        for operator in self._operators():
            operator.as_setup()
        return self

    def as_teardown(
        self, *, setups: Any = None, on_failure_fail_dagrun: bool | None = None
    ) -> "XComArg":
        for operator in self._operators():
            operator.as_teardown(setups=setups, on_failure_fail_dagrun=on_failure_fail_dagrun)
        return self

    def __enter__(self) -> Self:
        from venturi.sdk.setupteardown import begin

        begin(self._operators())
        return self

    def __exit__(self, *_: object) -> None:
        from venturi.sdk.setupteardown import end

        end()


class PlainXComArg(XComArg):
    """The XCom `key` of `operator`."""

    def __init__(self, operator: Any, key: str = RETURN_KEY) -> None:
        if not isinstance(operator, Node):
            raise AirflowException(f"XComArg refers to a task, not {operator!r}.")
        self.operator: Any = operator
        self.key = key

    def __getitem__(self, item: str) -> "PlainXComArg":
        if not isinstance(item, str):
            raise AirflowException(
                f"XComArg only takes the name of an XCom in brackets, not {item!r}; take the "
                "result apart inside the task."
            )
        return PlainXComArg(self.operator, item)

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(
            f"The result of task {self.operator.task_id!r} is not known while the file is read: "
            "use .expand() to make a task for each item."
        )

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, PlainXComArg)
            and self.operator is other.operator
            and self.key == other.key
        )

    def __hash__(self) -> int:
        return hash((id(self.operator), self.key))

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        yield self.operator, self.key

    def source(self, argument: str) -> "MapSource":
        from venturi.spec.model import MapSource, XComSource

        return MapSource(
            argument=argument, xcoms=(XComSource(task_id=self.operator.task_id, key=self.key),)
        )

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        ti = context["ti"]
        mapped = self.operator.is_mapped or _in_mapped_group(self.operator)
        indexes = indexes_beside(self.operator, context) if mapped else None
        only = {} if indexes is None else {"map_indexes": indexes}
        found = ti.xcom_pull(task_ids=self.operator.task_id, key=self.key, default=UNSET, **only)
        if found is not UNSET:
            return found
        if mapped and indexes is None:
            return []
        if self.key == RETURN_KEY:
            return None
        raise XComNotFound(ti.dag_id, self.operator.task_id, self.key)

    def __str__(self) -> str:
        where = f"task_ids='{self.operator.task_id}', dag_id='{self.operator.dag_id}'"
        return f"{{{{ task_instance.xcom_pull({where}, key='{self.key}') }}}}"

    def __repr__(self) -> str:
        key = "" if self.key == RETURN_KEY else f"[{self.key!r}]"
        return f"XComArg({self.operator!r}){key}"


class MapXComArg(XComArg):
    """Another one with functions applied to each item."""

    def __init__(self, arg: XComArg, callables: Sequence[Callable[[Any], Any]]) -> None:
        for function in callables:
            if getattr(function, "is_task_decorator", False):
                raise AirflowException("map() takes a function, not a @task.")
        self.arg, self.callables = arg, list(callables)

    def map(self, f: Callable[[Any], Any]) -> XComArg:
        return MapXComArg(self.arg, [*self.callables, f])

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        return self.arg.iter_references()

    def source(self, argument: str) -> "MapSource":
        return self.arg.source(argument)

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        return MappedItems(listed_value(self.arg.resolve(context)), self.callables)


class ZipXComArg(XComArg):
    """Several ones side by side."""

    def __init__(self, args: Sequence[XComArg], fillvalue: Any = UNSET) -> None:
        _only_xcoms(args, "zip")
        self.args, self.fillvalue = list(args), fillvalue

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        return flatten.from_iterable(each.iter_references() for each in self.args)

    def source(self, argument: str) -> "MapSource":
        return _together(argument, "zip" if self.fillvalue is UNSET else "zip_longest", self.args)

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        parts = [listed_value(each.resolve(context)) for each in self.args]
        if self.fillvalue is UNSET:
            return list(zip(*parts, strict=False))
        return list(zip_longest(*parts, fillvalue=self.fillvalue))


class ConcatXComArg(XComArg):
    """Several ones one after the other."""

    def __init__(self, args: Sequence[XComArg]) -> None:
        _only_xcoms(args, "concat")
        self.args = list(args)

    def concat(self, *others: XComArg) -> XComArg:
        return ConcatXComArg([*self.args, *others])

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        return flatten.from_iterable(each.iter_references() for each in self.args)

    def source(self, argument: str) -> "MapSource":
        return _together(argument, "concat", self.args)

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        return [item for each in self.args for item in listed_value(each.resolve(context))]


class MappedItems(Sequence[Any]):
    """Items with functions applied when one is taken: those of other instances are never called."""

    def __init__(self, items: Sequence[Any], callables: Sequence[Callable[[Any], Any]]) -> None:
        self._items, self._callables = items, callables

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        value = self._items[index]
        for function in self._callables:
            value = function(value)
        return value

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        for number in range(len(self._items)):
            try:
                yield self[number]
            except AirflowSkipException:
                continue


def references(value: Any) -> Iterator[Any]:
    """The tasks whose results `value` needs, at any depth."""
    if isinstance(value, str | bytes | int | float) or value is None:
        return
    if isinstance(value, Mapping):
        for each in value.values():
            yield from references(each)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from references(each)
    elif not isinstance(value, type):
        refer = getattr(value, "iter_references", None)
        if refer is not None:
            yield from (operator for operator, _ in refer())
        elif (fields := getattr(value, "template_fields", None)) and not isinstance(value, Node):
            for name in (fields,) if isinstance(fields, str) else fields:
                yield from references(getattr(value, name, None))


def listed_value(value: Any) -> Sequence[Any]:
    """A result as items; a dict's are its pairs. Raises `AirflowException`."""
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return value
    if isinstance(value, set | frozenset) or (
        hasattr(value, "__iter__") and hasattr(value, "__len__") and not isinstance(value, str)
    ):
        return list(value)
    raise AirflowException(f"A task expands over lists and dicts, not over {value!r}.")


def _together(argument: str, how: str, args: Sequence[XComArg]) -> "MapSource":
    from venturi.spec.model import MapSource

    parts = [each.source(argument) for each in args]
    if any(part.how != "one" for part in parts):
        # Their length is known only once all parts are; every part counts in it.
        how = (
            "concat" if how == "concat" and all(p.how in {"one", "concat"} for p in parts) else how
        )
    return MapSource(
        argument=argument, how=how, xcoms=tuple(each for part in parts for each in part.xcoms)
    )


def _only_xcoms(args: Sequence[Any], what: str) -> None:
    for each in args:
        if not isinstance(each, XComArg):
            raise AirflowException(f"{what}() joins results of tasks, not {each!r}.")


def _in_mapped_group(operator: Any) -> Any:
    group = operator.task_group
    return next(group.iter_mapped_task_groups(), None) if group is not None else None
