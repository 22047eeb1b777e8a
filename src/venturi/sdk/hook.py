"""Hooks: what talks to other systems, by a connection."""

import importlib
import logging
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from venturi.sdk.connection import Connection
from venturi.sdk.exceptions import AirflowException

#: Our own hooks by connection type; provider packages add theirs through `set_finder`.
OUR_HOOKS = {
    "fs": "venturi.batteries.hooks.filesystem.FSHook",
    "http": "venturi.batteries.hooks.http.HttpHook",
    "mysql": "venturi.batteries.hooks.mysql.MySqlHook",
    "postgres": "venturi.batteries.hooks.postgres.PostgresHook",
    "sqlite": "venturi.batteries.hooks.sqlite.SqliteHook",
}


class BaseHook:
    """Base of hooks. Subclasses say which connections are theirs and define `get_conn`."""

    conn_name_attr: ClassVar[str] = "conn_id"
    default_conn_name: ClassVar[str] = "default"
    conn_type: ClassVar[str] = ""
    hook_name: ClassVar[str] = ""

    def __init__(self, source: Any = None, logger_name: str | None = None, **_: Any) -> None:
        super().__init__()
        self._logger_name = logger_name

    @classmethod
    def get_connection(cls, conn_id: str) -> Connection:
        """The connection of that id. Raises `ConnectionNotFound`."""
        return Connection.get(conn_id)

    @classmethod
    def get_connections(cls, conn_id: str) -> list[Connection]:
        """The connection of that id, in a list, as 1.x had it."""
        return [cls.get_connection(conn_id)]

    @classmethod
    def get_hook(cls, conn_id: str, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook for that connection."""
        return cls.get_connection(conn_id).get_hook(hook_params=hook_params)

    def get_conn(self) -> Any:
        """What talks to the other system. Subclasses define this."""
        raise NotImplementedError(f"{type(self).__name__} has to define get_conn().")

    def get_records(self, sql: str) -> Any:
        """The rows that a query gives."""
        raise NotImplementedError(f"{type(self).__name__} knows no queries.")

    def run(self, sql: str) -> Any:
        """Run a statement."""
        raise NotImplementedError(f"{type(self).__name__} knows no statements.")

    @classmethod
    def get_connection_form_widgets(cls) -> dict[str, Any]:
        """Further fields of the form of its connections."""
        return {}

    @classmethod
    def get_ui_field_behaviour(cls) -> dict[str, Any]:
        """Which fields of the form it hides or renames."""
        return {}

    @property
    def log(self) -> logging.Logger:
        """The logger of this hook; what it says stands in the task's log."""
        kind = type(self)
        name = getattr(self, "_logger_name", None) or f"{kind.__module__}.{kind.__qualname__}"
        return logging.getLogger(f"airflow.task.hooks.{name}")


class DiscoverableHook:
    """What makes a hook known by its connection type: `conn_type`, `hook_name` and the rest."""

    conn_name_attr: str
    default_conn_name: str
    conn_type: str
    hook_name: str


class _Found:
    """Who knows the hooks of installed provider packages: the class for a type, or None."""

    finder: Callable[[str], Any] | None = None


def set_finder(finder: Callable[[str], Any] | None) -> None:
    """Ask `finder` for the hook class of a connection type that is not ours."""
    _Found.finder = finder


def hook_for(connection: Connection, hook_params: dict[str, Any]) -> Any:
    """The hook for a connection. Raises `AirflowException` naming the type."""
    kind = _hook_class(connection.conn_type or "")
    return kind(**{kind.conn_name_attr: connection.conn_id}, **hook_params)


def _hook_class(conn_type: str) -> Any:
    found = _Found.finder(conn_type) if _Found.finder is not None else None
    if found is None and conn_type in OUR_HOOKS:
        found = _imported(OUR_HOOKS[conn_type])
    if found is None:
        raise AirflowException(
            f"There is no hook for connections of type {conn_type!r}: install the provider package "
            "that brings it."
        )
    return found


@cache
def _imported(path: str) -> Any:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)
