"""Assets (1.x never had them, 2.x calls them datasets): what tasks read and update."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar

from venturi.core.errors import InvalidInput
from venturi.sdk.freeze_values import joined, stable


class BaseAsset:
    """Something a DAG can wait for; `a & b` waits for both, `a | b` for either."""

    def as_expression(self) -> Any:
        """The condition as plain data."""
        raise NotImplementedError(type(self).__name__)

    def iter_assets(self) -> Iterator["Asset"]:
        """The assets in it."""
        return iter(())

    def __and__(self, other: "BaseAsset") -> "BaseAsset":
        return AssetAll(self, other)

    def __or__(self, other: "BaseAsset") -> "BaseAsset":
        return AssetAny(self, other)


class Asset(BaseAsset):
    """Something with a name and a URI. `Asset("orders")`, `Asset("s3://bucket/orders")`,
    `Asset(name="orders", uri="s3://bucket/orders", extra={...}, watchers=[...])`."""

    asset_type: ClassVar[str] = "asset"

    def __init__(
        self,
        name: str | None = None,
        uri: str | None = None,
        *,
        group: str = "",
        extra: Mapping[str, Any] | None = None,
        watchers: Any = None,
        access_control: Any = None,
    ) -> None:
        if name is None and uri is None:
            raise InvalidInput("An asset needs a name or a URI.")
        if name is not None and not isinstance(name, str):
            raise InvalidInput(f"The name of an asset is text, not {name!r}.")
        self.name = str(name if name is not None else uri)
        self.uri = str(uri if uri is not None else name)
        if not self.name.strip() or not self.uri.strip():
            raise InvalidInput("The name and URI of an asset must not be empty.")
        self.group = group or self.asset_type
        self.extra = dict(extra or {})
        self.watchers = joined(watchers)
        self.access_control = access_control

    @staticmethod
    def ref(*, name: str | None = None, uri: str | None = None) -> "AssetRef":
        """A reference to an asset that is defined elsewhere."""
        return AssetRef(name=name, uri=uri)

    def iter_assets(self) -> Iterator["Asset"]:
        yield self

    def as_expression(self) -> Any:
        return {"asset": {"name": self.name, "uri": self.uri, "group": self.group}}

    def record(self) -> dict[str, Any]:
        """All of it as plain data."""
        found = {"type": "asset", "name": self.name, "uri": self.uri, "group": self.group}
        more = {"extra": self.extra, "watchers": [each.record() for each in self.watchers]}
        return {**found, **{key: stable(value) for key, value in more.items() if value}}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Asset) and (self.name, self.uri) == (other.name, other.uri)

    def __hash__(self) -> int:
        return hash((self.name, self.uri))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(name={self.name!r}, uri={self.uri!r})"


class Dataset(Asset):
    """`Asset`, as 2.x called it: the first argument is the URI."""

    asset_type = "dataset"

    def __init__(self, uri: str, extra: Mapping[str, Any] | None = None, **more: Any) -> None:
        super().__init__(more.pop("name", None), uri, extra=extra, **more)
        self.group = more.get("group") or "asset"


class Model(Asset):
    """An asset that is a model."""

    asset_type = "model"


class AssetRef(BaseAsset):
    """A reference to an asset by its name or URI."""

    def __init__(self, *, name: str | None = None, uri: str | None = None) -> None:
        if (name is None) == (uri is None):
            raise InvalidInput("Asset.ref() takes either a name or a URI.")
        self.name, self.uri = name, uri

    def as_expression(self) -> Any:
        return {"asset_ref": {"name": self.name} if self.name is not None else {"uri": self.uri}}

    def record(self) -> dict[str, Any]:
        """All of it as plain data."""
        key, value = ("name", self.name) if self.name is not None else ("uri", self.uri)
        return {"type": f"asset_{key}_ref", key: value}


class AssetAlias(BaseAsset):
    """A name under which tasks add assets while they run."""

    def __init__(self, name: str, group: str = "") -> None:
        self.name, self.group = name, group or "asset"

    def as_expression(self) -> Any:
        return {"alias": {"name": self.name, "group": self.group}}

    def record(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"type": "asset_alias", "name": self.name, "group": self.group}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AssetAlias) and other.name == self.name

    def __hash__(self) -> int:
        return hash(("alias", self.name))


class _Several(BaseAsset):
    word: ClassVar[str]

    def __init__(self, *objects: BaseAsset) -> None:
        for each in objects:
            if not isinstance(each, BaseAsset):
                raise InvalidInput(f"Assets can only be combined with assets, not {each!r}.")
        self.objects: list[BaseAsset] = []
        for each in objects:
            same = isinstance(each, _Several) and each.word == self.word
            self.objects += each.objects if same and isinstance(each, _Several) else [each]

    def iter_assets(self) -> Iterator[Asset]:
        for each in self.objects:
            yield from each.iter_assets()

    def as_expression(self) -> Any:
        return {self.word: [each.as_expression() for each in self.objects]}


class AssetAll(_Several):
    """All of several assets."""

    word = "all"


class AssetAny(_Several):
    """Any of several assets."""

    word = "any"


DatasetAlias, DatasetAll, DatasetAny = AssetAlias, AssetAll, AssetAny


class AssetWatcher:
    """A trigger that reports events of an asset; recorded."""

    def __init__(self, name: str, trigger: Any) -> None:
        self.name, self.trigger = name, trigger

    def record(self) -> dict[str, Any]:
        """All of it as plain data."""
        return {"name": self.name, "trigger": stable(self.trigger)}


class Metadata:
    """What a task says about an asset that it updated: `yield Metadata(asset, {"rows": 7})`."""

    def __init__(
        self, asset: Any, extra: Mapping[str, Any] | None = None, alias: Any = None
    ) -> None:
        self.asset, self.extra, self.alias = asset, dict(extra or {}), alias


class asset:  # noqa: N801 - the decorator's name in DAG files
    """Decorator: a function that updates an asset of its name, as a DAG with one task."""

    def __init__(self, *, schedule: Any = None, uri: str | None = None, **arguments: Any) -> None:
        self.schedule, self.uri, self.arguments = schedule, uri, arguments

    def __call__(self, function: Callable[..., Any]) -> Asset:
        about = {
            key: self.arguments.pop(key)
            for key in ("group", "extra", "watchers")
            if key in self.arguments
        }
        made = Asset(self.arguments.pop("name", None) or function.__name__, self.uri, **about)
        _dag_for(function, [made], self.schedule, self.arguments)
        return made

    @staticmethod
    def multi(*, outlets: Any, schedule: Any = None, **arguments: Any) -> Callable[..., Any]:
        """The same for a function that updates several assets."""

        def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
            _dag_for(function, list(outlets), schedule, dict(arguments))
            return function

        return decorated


def _dag_for(
    function: Callable[..., Any], outlets: list[Any], schedule: Any, arguments: dict[str, Any]
) -> None:
    from venturi.sdk.dag import DAG
    from venturi.sdk.taskflow.task import task

    dag_id = arguments.pop("dag_id", None) or function.__name__
    task_names = ("retries", "retry_delay", "pool", "queue")
    for_task = {name: arguments.pop(name) for name in task_names if name in arguments}
    with DAG(dag_id, schedule=schedule, **arguments):
        task(task_id=function.__name__, outlets=outlets, **for_task)(function)()


def condition_of(value: Any) -> BaseAsset:
    """Assets as a condition: a list waits for all of them. Raises `InvalidInput`."""
    if isinstance(value, BaseAsset):
        return AssetAll(value) if isinstance(value, Asset | AssetRef | AssetAlias) else value
    several = joined(value)
    if not several:
        raise InvalidInput("A schedule of assets needs at least one asset.")
    for each in several:
        if not isinstance(each, BaseAsset):
            raise InvalidInput(f"A schedule of assets is made of assets; {each!r} is none.")
    return AssetAll(*several)


def asset_records(value: Any) -> tuple[dict[str, Any], ...]:
    """The assets in inlets, outlets or a schedule, as plain data; anything else is left out."""
    found: list[dict[str, Any]] = []
    for each in joined(value):
        if isinstance(each, _Several):
            found += [one.record() for one in each.iter_assets()]
        elif isinstance(each, Asset | AssetAlias | AssetRef):
            found.append(each.record())
    return tuple(found)
