"""An index of Python packages, named by a connection."""

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.hook import BaseHook


class PackageIndexHook(BaseHook):
    """The address of a package index; login and password of the connection are put into it."""

    conn_name_attr = "pi_conn_id"
    default_conn_name = "package_index_default"
    conn_type = "package_index"
    hook_name = "Package Index (Python)"

    def __init__(self, pi_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pi_conn_id = pi_conn_id

    def get_conn(self) -> str:
        """The address, with login and password."""
        return self.get_connection_url()

    def get_connection_url(self) -> str:
        """The address, with login and password. Raises `AirflowException` if there is none."""
        stored = self.get_connection(self.pi_conn_id)
        if not stored.host:
            raise AirflowException(
                f"Connection {self.pi_conn_id!r} has no host: put the address of the index there."
            )
        if not stored.login:
            return str(stored.host)
        parts = urlsplit(stored.host)
        login = quote(stored.login, safe="")
        password = f":{quote(stored.password, safe='')}" if stored.password else ""
        return urlunsplit(parts._replace(netloc=f"{login}{password}@{parts.netloc}"))
