"""Connections: how to reach other systems, by an id."""

import json
import os
from typing import Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from venturi.core.errors import InvalidInput
from venturi.core.requests import GetConnection
from venturi.sdk.backends import backends
from venturi.sdk.comms import current_comms
from venturi.sdk.exceptions import AirflowException, ConnectionNotFound
from venturi.sdk.secrets_masker import mask_secret

PREFIX = "AIRFLOW_CONN_"

#: Where a URI keeps an `extra` that is not a flat object of texts.
EXTRA_KEY = "__extra__"

#: Schemes of URIs and the connection types they mean.
SCHEMES = {"postgresql": "postgres"}

_FIELDS = ("conn_type", "host", "login", "password", "schema", "port", "extra", "description")


class Connection:
    """A connection. `uri` is `type://login:password@host:port/schema?key=value`; its parts may be
    given one by one instead. `extra` is JSON text (an object given becomes text)."""

    def __init__(
        self,
        conn_id: str | None = None,
        conn_type: str | None = None,
        description: str | None = None,
        host: str | None = None,
        login: str | None = None,
        password: str | None = None,
        schema: str | None = None,
        port: int | str | None = None,
        extra: str | dict[str, Any] | None = None,
        uri: str | None = None,
        team_name: str | None = None,
    ) -> None:
        self.conn_id = conn_id
        self.description = description
        self.conn_type: str | None = conn_type
        self.host, self.login, self.schema = host, login, schema
        self.password = password
        self.extra = json.dumps(extra) if isinstance(extra, dict) else extra
        self.port = _port(port, conn_id)
        if uri is not None:
            if any((conn_type, host, login, password, schema, port, extra)):
                raise AirflowException(
                    f"Connection {conn_id!r} has a URI and parts of it besides; give one of them."
                )
            self._parse(uri)

    # --- URI and JSON ------------------------------------------------------------------------

    def _parse(self, uri: str) -> None:
        scheme, colon, rest = uri.partition(":")
        if not colon:
            raise InvalidInput(
                f"The URI of connection {self.conn_id!r} has no type before a colon: "
                "type://login:password@host:port/schema."
            )
        self.conn_type = SCHEMES.get(scheme, scheme.replace("-", "_"))
        # The type may hold characters that no scheme of a URI has.
        text, protocol = rest.removeprefix("//"), ""
        if "://" in text.partition("?")[0]:
            protocol, _, text = text.partition("://")
            if "@" in protocol or "/" in protocol:
                protocol, text = "", rest.removeprefix("//")
        parts = urlsplit(f"x://{text}")
        login, password, host, port = _authority(parts.netloc, self.conn_id)
        self.login, self.password = login, password
        self.host = f"{protocol}://{host}" if protocol else host
        self.port = port
        path = parts.path.removeprefix("/")
        self.schema = unquote(path) if path else ("" if host else None)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        if EXTRA_KEY in query:
            self.extra = query[EXTRA_KEY]
        elif query:
            self.extra = json.dumps(query)

    def get_uri(self) -> str:
        """The connection as a URI that `Connection(uri=...)` reads back."""
        kind = (self.conn_type or "").replace("_", "-")
        host, protocol = self.host or "", ""
        if "://" in host:
            protocol, _, host = host.partition("://")
        authority = ""
        if self.login is not None or self.password is not None:
            authority = quote(self.login or "", safe="")
            if self.password is not None:
                authority += ":" + quote(self.password, safe="")
            authority += "@"
        authority += quote(host, safe="")
        if self.port is not None:
            authority += f":{self.port}"
        uri = f"{kind}://{protocol}://{authority}" if protocol else f"{kind}://{authority}"
        if self.schema:
            uri += "/" + quote(self.schema, safe="")
        if self.extra:
            uri += ("?" if self.schema else "/?") + self._query()
        return uri

    def _query(self) -> str:
        flat = self.extra_dejson
        if flat and all(isinstance(value, str) for value in flat.values()):
            text = urlencode(flat)
            if dict(parse_qsl(text, keep_blank_values=True)) == flat:
                return text
        return urlencode({EXTRA_KEY: self.extra})

    @classmethod
    def from_uri(cls, uri: str, conn_id: str | None = None) -> Self:
        """The connection that a URI describes."""
        return cls(conn_id=conn_id, uri=uri)

    @classmethod
    def from_json(cls, value: str, conn_id: str | None = None) -> Self:
        """The connection that a JSON object describes. Raises `InvalidInput`."""
        try:
            fields = json.loads(value)
        except ValueError as error:
            raise InvalidInput(f"Connection {conn_id!r} is not JSON: {error}.") from None
        if not isinstance(fields, dict):
            raise InvalidInput(f"Connection {conn_id!r} must be a JSON object.")
        kind = fields.pop("conn_type", None) or fields.pop("type", None)
        if kind is not None:
            kind = SCHEMES.get(kind, str(kind).replace("-", "_"))
        unknown = sorted(fields.keys() - {*_FIELDS, "conn_id", "uri"})
        if unknown:
            raise InvalidInput(
                f"Connection {conn_id!r} has unknown fields: {', '.join(unknown)}; known are: "
                f"{', '.join(_FIELDS)}."
            )
        fields.pop("conn_id", None)
        return cls(conn_id=conn_id, conn_type=kind, **fields)

    def as_json(self) -> str:
        """The connection as a JSON object."""
        return json.dumps(self.to_dict())

    def to_dict(self, **_: Any) -> dict[str, Any]:
        """The fields; `extra` is taken apart."""
        found = {name: getattr(self, name) for name in _FIELDS if name != "extra"}
        return {"conn_id": self.conn_id, **found, "extra": self.extra_dejson}

    # --- parts -------------------------------------------------------------------------------

    @property
    def extra_dejson(self) -> dict[str, Any]:
        """`extra` as an object; empty where it is none."""
        return self.get_extra_dejson()

    def get_extra_dejson(self, nested: bool = False) -> dict[str, Any]:
        """`extra` as an object; with `nested` texts in it that are JSON are read too."""
        if not self.extra:
            return {}
        try:
            found = json.loads(self.extra)
        except ValueError:
            return {}
        if not isinstance(found, dict):
            return {}
        if nested:
            for key, value in found.items():
                if isinstance(value, str):
                    try:
                        found[key] = json.loads(value)
                    except ValueError:
                        continue
        mask_secret(found, "extra")  # only what stands under telling names
        return found

    def get_password(self) -> str | None:
        """The password."""
        return self.password

    def set_password(self, value: str | None) -> None:
        """Set the password."""
        self.password = value

    def get_extra(self) -> str | None:
        """`extra` as text."""
        return self.extra

    def set_extra(self, value: str | None) -> None:
        """Set `extra`."""
        self.extra = value

    # --- finding one -------------------------------------------------------------------------

    @classmethod
    def get(cls, conn_id: str) -> "Connection":
        """The connection of that id (see `get_connection_from_secrets`)."""
        return cls.get_connection_from_secrets(conn_id)

    @classmethod
    def get_connection_from_secrets(cls, conn_id: str) -> "Connection":
        """The connection: from the environment (`AIRFLOW_CONN_ID`), a secrets backend or the
        database, in this order. Raises `ConnectionNotFound`."""
        found = cls._found(conn_id)
        if found is None:
            raise ConnectionNotFound(
                f"The conn_id `{conn_id}` isn't defined: add it with `airflow connections add "
                f"{conn_id}`, or in the environment as {PREFIX}{conn_id.upper()}."
            )
        if found.password:
            mask_secret(found.password)
        if found.extra:
            mask_secret(found.extra_dejson, "extra")
        return found

    @classmethod
    def _found(cls, conn_id: str) -> "Connection | None":
        text = os.environ.get(f"{PREFIX}{conn_id.upper()}")
        if text is not None:
            text = text.strip()
            if text.startswith("{"):
                return cls.from_json(text, conn_id=conn_id)
            return cls(conn_id=conn_id, uri=text)
        for backend in backends():
            known: Connection | None = backend.get_connection(conn_id)
            if known is not None:
                return known
        answer = current_comms().ask(GetConnection(conn_id=conn_id))
        if answer is None:
            return None
        fields = {name: answer.get(name) for name in _FIELDS}
        return cls(conn_id=conn_id, **fields)

    # --- hooks -------------------------------------------------------------------------------

    def get_hook(self, *, hook_params: dict[str, Any] | None = None) -> Any:
        """The hook for connections of this type. Raises `AirflowException` where there is none."""
        from venturi.sdk.hook import hook_for

        return hook_for(self, hook_params or {})

    def test_connection(self) -> tuple[bool, str]:
        """Try it by its hook: whether it works, and a sentence."""
        try:
            hook = self.get_hook()
            test = getattr(hook, "test_connection", None)
            if test is None:
                return False, f"{type(hook).__name__} has no way to test a connection."
            worked, message = test()
        except Exception as error:
            return False, str(error)
        return bool(worked), str(message)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Connection) and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Connection(conn_id={self.conn_id!r}, conn_type={self.conn_type!r})"

    __str__ = __repr__


def _port(value: Any, conn_id: str | None) -> int | None:
    if value is None or value == "":
        return None
    try:
        return int(value)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"port of connection {conn_id!r} must be a number, not {value!r}."
        ) from None


def _authority(text: str, conn_id: str | None) -> tuple[str | None, str | None, str, int | None]:
    """Login, password, host and port of `login:password@host:port`."""
    user, at, place = text.rpartition("@")
    login: str | None = None
    password: str | None = None
    if at:
        first, colon, second = user.partition(":")
        login = unquote(first)
        password = unquote(second) if colon else None
    host, port = place, None
    if place.startswith("["):
        inside, _, after = place[1:].partition("]")
        host, port = inside, _port(after.removeprefix(":"), conn_id)
    elif ":" in place:
        host, _, number = place.rpartition(":")
        port = _port(number, conn_id)
    return login, password, unquote(host), port
