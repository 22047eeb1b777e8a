"""What plugins have brought into this process."""

from collections.abc import Iterable
from typing import Any

import msgspec

from venturi.plugins.base import LISTS, AirflowPlugin


class PluginError(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that could not be loaded: where it is and, in one sentence, why not."""

    source: str
    reason: str


class Plugins(msgspec.Struct, frozen=True, kw_only=True):
    """The plugins of a process, and those that could not be loaded."""

    plugins: tuple[type[AirflowPlugin], ...] = ()
    errors: tuple[PluginError, ...] = ()

    def gathered(self, name: str) -> list[Any]:
        """The members of one list (`operators`, `timetables`, ...) over all plugins."""
        assert name in LISTS, name
        return [member for plugin in self.plugins for member in getattr(plugin, name) or ()]

    def named(self, plugin: str) -> type[AirflowPlugin] | None:
        """The plugin of that name."""
        return next((each for each in self.plugins if each.name == plugin), None)


class _Loaded:
    """The plugins of this process; set once by `load_plugins`."""

    plugins: Plugins | None = None


def loaded_plugins() -> Plugins:
    """What `load_plugins` has loaded; nothing before it was called."""
    return _Loaded.plugins or Plugins()


def has_loaded() -> bool:
    """Whether plugins have been looked for in this process."""
    return _Loaded.plugins is not None


def set_loaded(plugins: Plugins) -> None:
    """Take `plugins` as those of this process."""
    _Loaded.plugins = plugins


def without_doubles(plugins: Iterable[type[AirflowPlugin]]) -> list[type[AirflowPlugin]]:
    """The first plugin of each name: a folder's plugin wins over an installed one."""
    chosen: dict[str, type[AirflowPlugin]] = {}
    for plugin in plugins:
        chosen.setdefault(str(plugin.name), plugin)
    return list(chosen.values())
