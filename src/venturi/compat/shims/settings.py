"""`airflow.settings`: folders, the session, and the hooks that an installation may define."""

from typing import Any

from venturi.config import get_config


def Session(*args: Any, **kwargs: Any) -> Any:  # noqa: ARG001, N802
    """A SQLAlchemy session on the metadata database; commit and close it yourself."""
    from venturi.compat.shims.orm import open_session

    return open_session()


def initialize() -> None:
    """Accepted for old callers; everything is set up when it is first used."""


def configure_orm(*args: Any, **kwargs: Any) -> None:
    """Accepted for old callers; the database is opened when it is first used."""


def configure_vars() -> None:
    """Accepted for old callers; options are read when they are first used."""


def dispose_orm(*args: Any, **kwargs: Any) -> None:
    """Accepted for old callers; each session closes its own connection."""


def prepare_syspath() -> None:
    """Put the folders of DAGs, plugins and configuration on `sys.path`, where they exist."""
    import sys
    from pathlib import Path

    config = get_config()
    home = Path(config.home)
    for folder in (_dags_folder(), str(home / "config"), _plugins_folder()):
        if folder not in sys.path and Path(folder).is_dir():
            sys.path.append(folder)


def _dags_folder() -> str:
    return str(get_config().get("core", "dags_folder"))


def _plugins_folder() -> str:
    return str(get_config().get("core", "plugins_folder"))


def _engine() -> Any:
    from venturi.store.open import open_store

    return open_store().engine


def _timezone() -> Any:
    from venturi.sdk.values import default_zone

    return default_zone()


_VALUES = {
    "AIRFLOW_HOME": lambda: str(get_config().home),
    "DAGS_FOLDER": _dags_folder,
    "PLUGINS_FOLDER": _plugins_folder,
    "SQL_ALCHEMY_CONN": lambda: get_config().get("database", "sql_alchemy_conn"),
    "TIMEZONE": _timezone,
    "engine": _engine,
}

_POLICIES = frozenset(
    {
        "policy",
        "task_policy",
        "dag_policy",
        "task_instance_mutation_hook",
        "pod_mutation_hook",
        "get_airflow_context_vars",
        "get_dagbag_import_timeout",
    }
)


def __getattr__(name: str) -> Any:
    if name in _VALUES:
        return _VALUES[name]()
    if name in _POLICIES:
        from venturi.plugins.policies import find_policies

        return find_policies(get_config().home)[name]
    raise AttributeError(f"airflow.settings has no name {name!r}")
