"""Finding plugins: Python files of the plugins folder, and entry points of installed packages."""

import hashlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from venturi.plugins.base import IMPORTABLE, AirflowPlugin
from venturi.plugins.listeners import register_listeners
from venturi.plugins.loaded import PluginError, Plugins, set_loaded, without_doubles

ENTRY_POINTS = "airflow.plugins"
IGNORE_FILE = ".airflowignore"


def load_plugins(folder: str | os.PathLike[str] | None = None) -> Plugins:
    """Load the plugins of `folder` and of installed packages, and serve what they bring.

    Runs user code, so only the runner and `python my_dag.py` do this. A plugin that fails is
    reported in `errors` and harms nobody else.
    """
    found: list[type[AirflowPlugin]] = []
    errors: list[PluginError] = []
    if folder is not None and Path(folder).is_dir():
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
        for file in plugin_files(Path(folder)):
            try:
                found.extend(_checked(_plugins_in(_imported(file))))
            except (Exception, SystemExit) as error:
                errors.append(PluginError(source=str(file), reason=_words(error)))
    for point in entry_points(group=ENTRY_POINTS):
        try:
            found.extend(_checked(_plugins_in(point.load())))
        except (Exception, SystemExit) as error:
            errors.append(PluginError(source=f"entry point {point.name}", reason=_words(error)))
    kept: list[type[AirflowPlugin]] = []
    for plugin in without_doubles(found):
        try:
            _serve(plugin)
            plugin.on_load()
            kept.append(plugin)
        except (Exception, SystemExit) as error:
            errors.append(PluginError(source=str(plugin.name), reason=_words(error)))
    plugins = Plugins(plugins=tuple(kept), errors=tuple(errors))
    set_loaded(plugins)
    register_listeners(plugins.gathered("listeners"))
    return plugins


def plugin_files(folder: Path) -> list[Path]:
    """The Python files below the plugins folder, sorted; hidden and cache folders left out."""
    return sorted(
        file
        for file in folder.rglob("*.py")
        if not any(part.startswith((".", "__pycache__")) for part in file.relative_to(folder).parts)
    )


def _imported(file: Path) -> ModuleType:
    digest = hashlib.sha1(str(file).encode(), usedforsecurity=False).hexdigest()[:12]
    name = f"venturi_plugin_{digest}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _plugins_in(found: object) -> Iterator[type[AirflowPlugin]]:
    if isinstance(found, type):
        yield found
    elif isinstance(found, ModuleType):
        for value in vars(found).values():
            if (
                inspect.isclass(value)
                and issubclass(value, AirflowPlugin)
                and value is not AirflowPlugin
                and value.__module__ == found.__name__
            ):
                yield value


def _checked(plugins: Iterator[type[AirflowPlugin]]) -> list[type[AirflowPlugin]]:
    kept = list(plugins)
    for plugin in kept:
        plugin.validate()
    return kept


def _serve(plugin: type[AirflowPlugin]) -> None:
    """Let `airflow.operators.<plugin>` and its like be imported, and macros be used."""
    from venturi.compat.served import serve_module
    from venturi.sdk.macros import add_plugin_macros

    for kind in IMPORTABLE:
        members = {each.__name__: each for each in getattr(plugin, kind) or ()}
        if members:
            serve_module(f"airflow.{kind}.{plugin.name}", members)
    if plugin.macros:
        add_plugin_macros(str(plugin.name), plugin.macros)


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
