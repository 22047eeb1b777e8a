"""`outlet_events` and `inlet_events`: what a task says about the assets it touches."""

from collections.abc import Iterator
from typing import Any


class AssetEvent:
    """What a task adds to the event of one outlet: `extra`, and aliases it stands for."""

    def __init__(self, key: Any) -> None:
        self.key = key
        self.extra: dict[str, Any] = {}
        self.asset_alias_events: list[dict[str, Any]] = []
        self.partition_keys: list[str] = []

    def add(self, asset: Any, extra: dict[str, Any] | None = None) -> None:
        """Let an asset alias stand for `asset` in this run."""
        self.asset_alias_events.append({"asset": asset, "extra": dict(extra or {})})

    def add_partitions(self, *keys: str) -> None:
        """Name the partitions that were written."""
        self.partition_keys += keys


class EventAccessor:
    """`outlet_events[asset].extra = {...}`; an asset is known by its name or URI."""

    def __init__(self) -> None:
        self._events: dict[str, AssetEvent] = {}

    def __getitem__(self, key: Any) -> AssetEvent:
        name = str(getattr(key, "name", None) or getattr(key, "uri", None) or key)
        if name not in self._events:
            self._events[name] = AssetEvent(key)
        return self._events[name]

    def __iter__(self) -> Iterator[AssetEvent]:
        return iter(self._events.values())

    def __len__(self) -> int:
        return len(self._events)

    def for_asset(self, *, name: str | None = None, uri: str | None = None) -> AssetEvent:
        """The event of an asset by name or URI."""
        return self[name or uri]

    def for_asset_alias(self, *, name: str) -> AssetEvent:
        """The event of an asset alias."""
        return self[name]
