"""Descriptions of what somebody wants to touch, as providers give them to a permission check."""

from typing import Any


class Details:
    """Names one thing; the attributes are the keywords it was made with."""

    def __init__(self, **said: Any) -> None:
        self.__dict__.update(said)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), *sorted(map(str, vars(self).items()))))


class AssetDetails(Details):
    """An asset."""


class AssetAliasDetails(Details):
    """An alias of assets."""


def expand_alias_to_assets(*_: Any, **__: Any) -> list[Any]:
    """No assets: aliases are resolved by the engine."""
    return []
