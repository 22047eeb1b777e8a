"""Modules that appear while a process runs: what plugins bring as `airflow.operators.<plugin>`."""

from collections.abc import Mapping

#: Packages whose modules may come from plugins.
_PACKAGES = (
    "airflow.operators.",
    "airflow.sensors.",
    "airflow.hooks.",
    "airflow.executors.",
    "airflow.macros.",
)


class _Added:
    """module -> {name: object}, filled when plugins are loaded."""

    modules: dict[str, dict[str, object]] = {}
    looked = False


def serve_module(module: str, members: Mapping[str, object]) -> None:
    """Let `module` be imported, with these members."""
    _Added.modules.setdefault(module, {}).update(members)


def added_modules() -> Mapping[str, Mapping[str, object]]:
    """All modules that plugins have brought."""
    return _Added.modules


def added_value(module: str, name: str) -> object | None:
    """What a plugin serves under this name; 1.x also took it from the package itself."""
    own = _Added.modules.get(module, {}).get(name)
    if own is not None:
        return own
    start = f"{module}."
    for other, members in _Added.modules.items():
        if other.startswith(start) and name in members:
            return members[name]
    return None


def may_be_plugin(module: str) -> bool:
    """Whether a module of this name could come from a plugin."""
    return module.startswith(_PACKAGES)


def load_for_script() -> bool:
    """Load the plugins for a DAG file that runs by itself (`python my_dag.py`), once.

    The runner has loaded them before it imports any file; here a name that nobody has is the sign
    that somebody needs them. Whether they have been loaded just now.
    """
    from venturi.plugins.load import load_plugins
    from venturi.plugins.loaded import has_loaded

    if _Added.looked or has_loaded():
        return False
    _Added.looked = True
    from venturi.config import get_config

    load_plugins(str(get_config().get("core", "plugins_folder")))
    return True
