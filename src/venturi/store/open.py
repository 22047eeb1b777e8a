"""The store that the configuration names."""

from typing import Any

from venturi.config import Config, get_config
from venturi.config.errors import ConfigError
from venturi.config.urls import parse_database_url, require_driver
from venturi.store.connect import Options
from venturi.store.engine import Store


def open_store(url: str | None = None, *, patient: bool = False) -> Store:
    """Open the configured metadata database (or the one at `url`); one sentence if it cannot be.

    `patient`: its statements may take as long as they take, as those of a migration do. Raises
    `ConfigError` for a URL that cannot be used or a driver that is not installed.
    """
    conf = get_config()
    if url is None:
        wanted = conf.database_url()
    else:
        wanted = parse_database_url(url)
        require_driver(wanted)
    if wanted.dialect == "sqlite":
        return Store(wanted.url)
    return Store(wanted.url, _options(conf, patient=patient))


def _options(conf: Config, *, patient: bool) -> Options:
    return Options(
        deadline=0.0 if patient else conf.getfloat("venturi", "database_timeout"),
        pool=conf.getboolean("database", "sql_alchemy_pool_enabled"),
        pool_size=conf.getint("database", "sql_alchemy_pool_size"),
        max_overflow=conf.getint("database", "sql_alchemy_max_overflow"),
        recycle=conf.getfloat("database", "sql_alchemy_pool_recycle"),
        pre_ping=conf.getboolean("database", "sql_alchemy_pool_pre_ping"),
        schema=conf.get("database", "sql_alchemy_schema") or "",
        connect_args=_connect_args(conf),
        engine_args=_engine_args(conf),
    )


def _engine_args(conf: Config) -> dict[str, Any]:
    name = ("database", "sql_alchemy_engine_args")
    found = conf.getjson(*name) or {}
    if not isinstance(found, dict):
        raise ConfigError(f"{conf.where(*name)} must be a JSON object.")
    return found


def _connect_args(conf: Config) -> dict[str, Any]:
    name = ("database", "sql_alchemy_connect_args")
    found = conf.getimport(*name) or {}
    if not isinstance(found, dict):
        raise ConfigError(f"{conf.where(*name)} must name a dictionary.")
    return found
