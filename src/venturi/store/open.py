"""The store that the configuration names."""

from venturi.config import get_config
from venturi.config.urls import parse_database_url, require_driver
from venturi.store.engine import Store


def open_store(url: str | None = None) -> Store:
    """Open the configured metadata database (or the one at `url`); one sentence if it cannot be.

    Raises `ConfigError` for a URL that cannot be used or a driver that is not installed.
    """
    if url is None:
        return Store(get_config().database_url().url)
    parsed = parse_database_url(url)
    require_driver(parsed)
    return Store(parsed.url)
