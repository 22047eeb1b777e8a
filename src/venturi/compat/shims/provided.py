"""`airflow.providers_manager`: what installed provider packages say about themselves."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from venturi.compat.providers import Provider, installed_providers

F = TypeVar("F", bound=Callable[..., Any])


class HookInfo(NamedTuple):
    """The hook of a connection type."""

    hook_class_name: str
    connection_type: str
    package_name: str
    hook_name: str
    connection_id_attribute_name: str = "conn_id"
    connection_testable: bool = False
    dialects: tuple[str, ...] = ()


class ProvidersManager:
    """Reads provider packages when it is asked, and only what it is asked for."""

    @cached_property
    def providers(self) -> dict[str, Provider]:
        """The installed provider packages by package name."""
        return {each.package: each for each in installed_providers()}

    @cached_property
    def hooks(self) -> dict[str, HookInfo]:
        """The hook of each connection type; nothing is imported."""
        return {
            said["connection-type"]: HookInfo(
                hook_class_name=said["hook-class-name"],
                connection_type=said["connection-type"],
                package_name=provider.package,
                hook_name=said.get("hook-name", said["connection-type"]),
            )
            for provider in self.providers.values()
            for said in provider.info.get("connection-types") or ()
        }

    @cached_property
    def dialects(self) -> dict[str, Any]:
        """The SQL dialects of provider packages by name."""
        return {
            said["dialect-type"]: DialectInfo(
                name=said["dialect-type"],
                dialect_class_name=said["dialect-class-name"],
                provider_name=provider.package,
            )
            for provider in self.providers.values()
            for said in provider.info.get("dialects") or ()
        }

    @property
    def notification(self) -> list[str]:
        """The dotted names of notifiers of provider packages."""
        return sorted(self._said("notifications"))

    @property
    def extra_links_class_names(self) -> list[str]:
        """The dotted names of operator links of provider packages."""
        return sorted(self._said("extra-links"))

    @property
    def plugins(self) -> list[str]:
        """The dotted names of plugins of provider packages."""
        return [each["plugin-class"] for each in self._said("plugins")]

    def _said(self, what: str) -> Iterator[Any]:
        for provider in self.providers.values():
            yield from provider.info.get(what) or ()


class DialectInfo(NamedTuple):
    """A SQL dialect of a provider package."""

    name: str
    dialect_class_name: str
    provider_name: str


def providers_configuration_loaded(func: F) -> F:
    """Accepted for providers: options of providers are known from the start."""
    return func


def entry_points_with_dist(group: str) -> Iterator[tuple[Any, Any]]:
    """The entry points of a group, each with its package."""
    from importlib.metadata import distributions

    for package in distributions():
        for point in package.entry_points:
            if point.group == group:
                yield point, package
