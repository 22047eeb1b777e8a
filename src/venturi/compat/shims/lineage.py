"""`airflow.lineage`: accepted; what tasks read and write is said by `inlets` and `outlets`."""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def prepare_lineage(func: F) -> F:
    """Accepted for old operators."""
    return func


def apply_lineage(func: F) -> F:
    """Accepted for old operators."""
    return func


class AssetLineageInfo:
    """An asset that hooks have touched, and how often."""

    def __init__(self, asset: Any, count: int = 1, context: Any = None) -> None:
        self.asset, self.count, self.context = asset, count, context


class HookLineage(NamedTuple):
    """What hooks have read and written."""

    inputs: tuple[AssetLineageInfo, ...] = ()
    outputs: tuple[AssetLineageInfo, ...] = ()
    extra: tuple[Any, ...] = ()


class HookLineageReader:
    """Reads what a collector has collected."""

    def __init__(self, **_: Any) -> None:
        self.lineage_collector = get_hook_lineage_collector()

    def retrieve_hook_lineage(self) -> HookLineage:
        """What hooks have read and written."""
        return self.lineage_collector.collected_assets


class HookLineageCollector:
    """Takes what hooks report of the data they touch; kept for nobody yet."""

    @property
    def collected_assets(self) -> HookLineage:
        """What has been kept."""
        return HookLineage()

    @property
    def has_collected(self) -> bool:
        """Whether anything has been kept."""
        return False

    def add_input_asset(self, *_: Any, **__: Any) -> None:
        """A hook has read an asset."""

    def add_output_asset(self, *_: Any, **__: Any) -> None:
        """A hook has written an asset."""

    add_input_dataset = add_input_asset
    add_output_dataset = add_output_asset

    def add_extra(self, *_: Any, **__: Any) -> None:
        """A hook has something else to say."""

    def create_asset(self, *_: Any, **__: Any) -> None:
        """No asset is made of what a hook has touched."""


def get_hook_lineage_collector() -> HookLineageCollector:
    """Where hooks report."""
    return HookLineageCollector()
