"""`airflow.secrets`: the base of backends that know connections and variables."""

from typing import Any


class BaseSecretsBackend:
    """Answers for connections and variables; a subclass overrides what it knows."""

    def __init__(self, **kwargs: Any) -> None:
        """Backends take their options as keywords."""

    @staticmethod
    def build_path(path_prefix: str, secret_id: str, sep: str = "/") -> str:
        """Where a secret lies below a prefix."""
        return f"{path_prefix}{sep}{secret_id}"

    def get_conn_value(self, conn_id: str, team_name: str | None = None) -> str | None:
        """The connection as URI or JSON; None if the backend does not know it."""
        raise NotImplementedError

    def deserialize_connection(self, conn_id: str, value: str) -> Any:
        """A connection out of its URI or JSON."""
        from venturi.sdk.connection import Connection

        text = value.strip()
        if text.startswith("{"):
            return Connection.from_json(text, conn_id=conn_id)
        return Connection(conn_id=conn_id, uri=text)

    def get_connection(self, conn_id: str, team_name: str | None = None) -> Any:
        """The connection; None if the backend does not know it."""
        value = self.get_conn_value(conn_id=conn_id)
        return None if value is None else self.deserialize_connection(conn_id, value)

    def get_variable(self, key: str, team_name: str | None = None) -> str | None:
        """The variable's text; None if the backend does not know it."""
        raise NotImplementedError

    def get_config(self, key: str) -> str | None:
        """The option's text; None if the backend does not know it."""
        return None
