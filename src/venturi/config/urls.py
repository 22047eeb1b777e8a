"""The database URLs people write, in any Airflow line's spelling, as the drivers here take them."""

from pathlib import Path
from typing import Literal, NamedTuple
from urllib.parse import quote, unquote

from venturi.config.errors import ConfigError

Dialect = Literal["sqlite", "mysql", "postgresql"]

#: What stands before `://`, without a driver, to the database it means.
_DIALECTS: dict[str, Dialect] = {
    "sqlite": "sqlite",
    "mysql": "mysql",
    "mariadb": "mysql",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "psql": "postgresql",
}

#: Per database: SQLAlchemy's name, the driver's module, and the extra that installs it.
_DRIVERS: dict[Dialect, tuple[str, str, str]] = {
    "sqlite": ("sqlite", "sqlite3", ""),
    "mysql": ("mysql+pymysql", "pymysql", "mysql"),
    "postgresql": ("postgresql+psycopg", "psycopg", "postgres"),
}

#: Celery's prefixes for result stores and for its oldest broker; the URL behind them is meant.
_CELERY_PREFIXES = ("db+", "sqla+")

_EXAMPLE = "mysql://user:password@localhost/airflow"


class DatabaseUrl(NamedTuple):
    """A database URL in parts; user and password are plain, not percent-encoded."""

    dialect: Dialect
    #: For SQLAlchemy's `create_engine`; contains the password.
    url: str
    #: The same with `***` for the password, to show.
    masked: str
    user: str
    password: str | None
    host: str
    port: int | None
    #: Name of the database; for SQLite the absolute path of the file.
    database: str

    def __repr__(self) -> str:
        return f"DatabaseUrl({self.masked})"

    def __str__(self) -> str:
        return self.masked


def parse_database_url(text: str, relative_to: Path | None = None) -> DatabaseUrl:
    """`text` for the drivers used here: SQLite's own, PyMySQL, psycopg.

    A relative SQLite path counts from `relative_to` (default: the working directory). Raises
    `ConfigError` with the remedy, never with the password, for a URL that cannot be used. Does
    not look whether the driver is installed: see `require_driver`.
    """
    scheme, separator, rest = text.strip().partition("://")
    if not separator:
        raise ConfigError(f"the database URL has no `://`; write it like {_EXAMPLE}.")
    for prefix in _CELERY_PREFIXES:
        scheme = scheme.removeprefix(prefix)
    dialect = _DIALECTS.get(scheme.partition("+")[0].lower())
    if dialect is None:
        raise ConfigError(
            f"the database `{scheme}` is not supported; use sqlite, mysql (also for MariaDB) or "
            "postgresql."
        )
    if dialect == "sqlite":
        return _sqlite(rest, relative_to)
    return _server(dialect, rest)


def require_driver(url: DatabaseUrl) -> None:
    """Raise `ConfigError` naming the package when the driver for `url` is not installed."""
    from importlib.util import find_spec

    _, module, extra = _DRIVERS[url.dialect]
    if find_spec(module) is None:
        raise ConfigError(
            f"The database {url.masked} needs the Python package {module}, which is not "
            f"installed; run: pip install 'venturi[{extra}]'"
        )


def mask(text: str) -> str:
    """`text` with the password of every URL in it replaced by `***`."""
    pieces = text.split("://")
    return "://".join([pieces[0], *(_masked_authority(piece) for piece in pieces[1:])])


def _masked_authority(rest: str) -> str:
    """What follows `://`, masked; the last `@` before white space ends the password."""
    end = next((i for i, char in enumerate(rest) if char.isspace() or char in "\"'"), len(rest))
    userinfo, at, host = rest[:end].rpartition("@")
    user, colon, _ = userinfo.partition(":")
    return f"{user}:***@{host}{rest[end:]}" if at and colon else rest


def _sqlite(rest: str, relative_to: Path | None) -> DatabaseUrl:
    path, _, query = rest.partition("?")
    if not path.startswith("/"):
        raise ConfigError(
            "a SQLite URL names a file after three slashes, or four for an absolute path; write "
            "it like sqlite:////home/me/airflow/airflow.db."
        )
    name = path[1:]
    if name in {"", ":memory:"} or "mode=memory" in query:
        raise ConfigError(
            "a SQLite database in memory cannot be shared by several processes; name a file like "
            "sqlite:////home/me/airflow/airflow.db."
        )
    file = str((relative_to or Path.cwd()) / Path(name).expanduser())
    url = f"sqlite:///{file}" + (f"?{query}" if query else "")
    return DatabaseUrl("sqlite", url, url, "", None, "", None, file)


def _server(dialect: Dialect, rest: str) -> DatabaseUrl:
    before_query, _, query = rest.partition("?")
    if "@" in query:
        # A raw `?` in the password: the authority ends at the last `@`.
        raise ConfigError(_encode_hint())
    authority, _, database = before_query.partition("/")
    if "@" in database:
        raise ConfigError(_encode_hint())
    userinfo, _, hostport = authority.rpartition("@")
    user, colon, secret = userinfo.partition(":")
    password = unquote(secret) if colon else None
    host, port = _host_and_port(hostport)
    if not database.strip("/"):
        raise ConfigError(f"the database URL names no database; write it like {_EXAMPLE}.")
    driver = _DRIVERS[dialect][0]
    user = unquote(user)
    place = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    tail = f"{place}/{database}" + (f"?{query}" if query else "")
    name = quote(user, safe="")
    if password is not None:
        open_url = f"{driver}://{name}:{quote(password, safe='')}@{tail}"
        masked = f"{driver}://{name}:***@{tail}"
    else:
        open_url = masked = f"{driver}://{name}@{tail}" if name else f"{driver}://{tail}"
    return DatabaseUrl(dialect, open_url, masked, user, password, host, port, database)


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.startswith("["):
        host, _, after = text[1:].partition("]")
        port = after.removeprefix(":")
    else:
        host, _, port = text.partition(":")
    if not port:
        return host, None
    # Decimal digits only: int() would also take signs, spaces and underscores.
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        raise ConfigError(
            f"the port in the database URL is not a number up to 65535; {_encode_hint()}"
        )
    return host, int(port)


def _encode_hint() -> str:
    return (
        "if the user name or the password contains one of / : @ ? # %, write that character "
        "percent-encoded (%2F %3A %40 %3F %23 %25)."
    )
