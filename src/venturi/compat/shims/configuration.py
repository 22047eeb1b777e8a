"""`airflow.configuration`: `conf` and 1.x's functions of the module itself."""

from typing import Any

from venturi.config import Config, get_config


class _Conf:
    """The configuration, read when it is first asked: importing `conf` touches no file."""

    def __getattr__(self, name: str) -> Any:
        return getattr(get_config(), name)

    def __dir__(self) -> list[str]:
        return dir(Config)


conf = _Conf()
AirflowConfigParser = Config


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return getattr(get_config(), name)
    if name in _PATHS:
        return str(_PATHS[name](get_config()))
    raise AttributeError(f"airflow.configuration has no name {name!r}")


#: What 1.x's `from airflow import configuration; configuration.get(...)` calls.
_NAMES = frozenset(
    {"get", "getboolean", "getint", "getfloat", "getsection", "has_option", "as_dict"}
)
_PATHS = {
    "AIRFLOW_HOME": lambda config: config.home,
    "AIRFLOW_CONFIG": lambda config: config.file,
}


def get_airflow_home() -> str:
    """The folder of `AIRFLOW_HOME`."""
    return str(get_config().home)


def ensure_secrets_loaded(*args: Any, **kwargs: Any) -> list[Any]:  # noqa: ARG001
    """Accepted for old callers; secrets backends are asked by the engine."""
    return []
