"""`var` and `conn` in templates: `{{ var.value.bucket }}`, `{{ conn.mysql_default.host }}`."""

from typing import Any

from venturi.sdk.exceptions import AirflowNotFoundException, VariableNotFound


class VariableAccessor:
    """`var.value.<key>` as text, `var.json.<key>` read as JSON; `.get(key, default)` for either."""

    def __init__(self, as_json: bool) -> None:
        self._as_json = as_json

    def __getattr__(self, key: str) -> Any:
        if key.startswith("__"):
            raise AttributeError(key)
        return self._read(key)

    def __getitem__(self, key: str) -> Any:
        return self._read(key)

    def get(self, key: str, default: Any = None) -> Any:
        """The variable, or `default` when there is none."""
        try:
            return self._read(key)
        except VariableNotFound:
            return default

    def __repr__(self) -> str:
        return f"<var.{'json' if self._as_json else 'value'}>"

    def _read(self, key: str) -> Any:
        from venturi.sdk.variable import Variable

        return Variable.get(key, deserialize_json=self._as_json)


class Variables:
    """`var` in templates."""

    value = VariableAccessor(as_json=False)
    json = VariableAccessor(as_json=True)


class ConnectionAccessor:
    """`conn.<id>`; `conn.get(id, default)`."""

    def __getattr__(self, conn_id: str) -> Any:
        if conn_id.startswith("__"):
            raise AttributeError(conn_id)
        return self._read(conn_id)

    def __getitem__(self, conn_id: str) -> Any:
        return self._read(conn_id)

    def get(self, conn_id: str, default: Any = None) -> Any:
        """The connection, or `default` when there is none."""
        try:
            return self._read(conn_id)
        except AirflowNotFoundException:
            return default

    def __repr__(self) -> str:
        return "<conn>"

    def _read(self, conn_id: str) -> Any:
        from venturi.sdk.connection import Connection

        return Connection.get(conn_id)
