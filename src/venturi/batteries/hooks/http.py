"""Web services, by httpx2."""

from collections.abc import Mapping
from typing import Any

from venturi.batteries.hooks.dbapi import DriverMissing
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.hook import BaseHook

#: Options of a request (as `extra_options` and in the connection's extra) that the client takes,
#: under the names that authors know; other extra fields are headers.
_CLIENT_OPTIONS = {
    "timeout": "timeout",
    "verify": "verify",
    "cert": "cert",
    "proxy": "proxy",
    "trust_env": "trust_env",
    "allow_redirects": "follow_redirects",
    "max_redirects": "max_redirects",
}
_OWN_OPTIONS = frozenset({"check_response", "stream"})

#: Seconds to wait for an answer where nobody says otherwise.
_TIMEOUT = 60.0


class HttpHook(BaseHook):
    """Asks a web service.

    The connection's host may be a whole address (`https://api.example.com/v1`), or a name, with
    `http` or `https` as schema. Login and password are sent as basic authentication. Its extra
    fields are sent as headers, except options like `timeout`, `verify` and `allow_redirects`.
    """

    conn_name_attr = "http_conn_id"
    default_conn_name = "http_default"
    conn_type = "http"
    hook_name = "HTTP"

    def __init__(
        self,
        method: str = "POST",
        http_conn_id: str | None = default_conn_name,
        auth_type: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.method = method.upper()
        self.http_conn_id = http_conn_id
        self.auth_type = auth_type
        self.base_url = ""
        self._stored: Any = None

    def get_conn(
        self,
        headers: Mapping[str, str] | None = None,
        extra_options: Mapping[str, Any] | None = None,
    ) -> Any:
        """A new client of httpx2 for the service; to be closed by the caller."""
        try:
            import httpx2
        except ImportError as error:
            raise DriverMissing(
                "HTTP needs httpx2, which is not installed: pip install 'venturi[http]'."
            ) from error
        told: dict[str, str] = {}
        options: dict[str, Any] = {"timeout": _TIMEOUT, "follow_redirects": True}
        auth = None
        if self.http_conn_id:
            stored = self._stored = self.get_connection(self.http_conn_id)
            self.base_url = _address(stored)
            for name, value in stored.extra_dejson.items():
                if name in _CLIENT_OPTIONS:
                    options[_CLIENT_OPTIONS[name]] = value
                elif name == "headers" and isinstance(value, Mapping):
                    told.update(value)
                elif name not in _OWN_OPTIONS:
                    told[name] = str(value)
            if stored.login:
                kind = self.auth_type or httpx2.BasicAuth
                auth = kind(stored.login, stored.password or "")
        for name, value in (extra_options or {}).items():
            if name in _CLIENT_OPTIONS:
                options[_CLIENT_OPTIONS[name]] = value
            elif name not in _OWN_OPTIONS:
                raise AirflowException(
                    f"extra_options: {name!r} is not known; use one of "
                    f"{', '.join(sorted([*_CLIENT_OPTIONS, *_OWN_OPTIONS]))}."
                )
        return httpx2.Client(headers={**told, **(headers or {})}, auth=auth, **options)

    def run(  # type: ignore[override]
        self,
        endpoint: str | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        extra_options: Mapping[str, Any] | None = None,
        **request_kwargs: Any,
    ) -> Any:
        """Send a request and return the response.

        `data` goes into the query of GET, HEAD and DELETE, else into the body: a dict as form,
        text as it is; `json=` as JSON. Raises `AirflowException` for a status of 400 and above,
        unless `extra_options` says `check_response` False.
        """
        with self.get_conn(headers, extra_options) as client:
            url = self.url_from_endpoint(endpoint)
            arguments = dict(request_kwargs)
            if data is not None and data != {}:
                arguments[self._place_of(data)] = data
            self.log.info("%s %s", self.method, url)
            try:
                response = client.request(self.method, url, **arguments)
            except Exception as error:
                if type(error).__module__.partition(".")[0] != "httpx2":
                    raise
                raise AirflowException(f"{self.method} {url} failed: {error}") from error
        response.ok = response.is_success  # as authors of earlier files know it
        if (extra_options or {}).get("check_response", True):
            self.check_response(response)
        return response

    def check_response(self, response: Any) -> None:
        """Raise `AirflowException` for a status of 400 and above."""
        if response.is_error:
            self.log.error("%s", response.text)
            raise AirflowException(f"{response.status_code}:{response.reason_phrase}")

    def url_from_endpoint(self, endpoint: str | None) -> str:
        """The address of `endpoint`, which may be a whole address itself."""
        if endpoint and "://" in endpoint:
            return endpoint
        base = self.base_url
        if not base:
            raise AirflowException(
                f"Connection {self.http_conn_id!r} has no host, and {endpoint!r} is no whole "
                "address; give one of them."
            )
        if endpoint and not base.endswith("/") and not endpoint.startswith("/"):
            return f"{base}/{endpoint}"
        return base + (endpoint or "")

    def test_connection(self) -> tuple[bool, str]:
        """Whether the service answers, and a sentence about it."""
        try:
            self.run()
        except Exception as error:
            return False, str(error)
        return True, "The service answers."

    def _place_of(self, data: Any) -> str:
        if self.method in {"GET", "HEAD", "DELETE"}:
            return "params"
        return "content" if isinstance(data, str | bytes) else "data"


def _address(stored: Any) -> str:
    host = stored.host or ""
    if "://" in host:
        address = str(host)
    elif host:
        address = f"{stored.schema or 'http'}://{host}"
    else:
        return ""
    return f"{address}:{stored.port}" if stored.port else address
