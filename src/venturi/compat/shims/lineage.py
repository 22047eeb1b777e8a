"""`airflow.lineage`: accepted; what tasks read and write is said by `inlets` and `outlets`."""

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


def prepare_lineage(func: F) -> F:
    """Accepted for old operators."""
    return func


def apply_lineage(func: F) -> F:
    """Accepted for old operators."""
    return func


class HookLineageCollector:
    """Takes what hooks report of the data they touch; kept for nobody yet."""

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
