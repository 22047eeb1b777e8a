"""Which provider packages are installed, and what they say about themselves.

A provider package has an entry point of the group `apache_airflow_provider`: a function that
answers with a dict (connection types and their hooks, operators, sensors, decorators, ...).
"""

from collections.abc import Mapping
from importlib.metadata import EntryPoint, distributions
from typing import Any, NamedTuple

from venturi.core.errors import VenturiError

ENTRY_POINTS = "apache_airflow_provider"


class Provider(NamedTuple):
    """An installed provider package."""

    package: str
    version: str
    info: Mapping[str, Any]


class ProviderBroken(VenturiError):
    """A provider package cannot say what it contains."""


def installed_providers() -> list[Provider]:
    """All installed provider packages by name. Imports their info functions and nothing else.

    Raises `ProviderBroken` naming the package.
    """
    found: dict[str, Provider] = {}
    for package in distributions():
        for point in package.entry_points:
            name = package.metadata["Name"]
            if point.group == ENTRY_POINTS and name not in found:
                found[name] = Provider(name, package.version, _info(point, name))
    return sorted(found.values(), key=lambda provider: provider.package)


def _info(point: EntryPoint, package: str) -> Mapping[str, Any]:
    try:
        said: Mapping[str, Any] = point.load()()
    except Exception as error:
        raise ProviderBroken(
            f"The provider package {package} cannot be read ({type(error).__name__}: {error}); "
            "reinstall or remove it."
        ) from error
    return said
