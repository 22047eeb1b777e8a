"""Authlib's OAuth 2 client on httpx2, which it has no bridge to of its own."""

from collections.abc import Iterator
from typing import Any

import httpx2
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client


class _Auth(httpx2.Auth, ClientAuth):  # type: ignore[misc]
    """Says who we are in a request to the provider."""

    requires_request_body = True

    def auth_flow(self, request: httpx2.Request) -> Iterator[httpx2.Request]:  # type: ignore[override]
        """The request with our name and secret."""
        url, headers, body = self.prepare(
            request.method, str(request.url), dict(request.headers), request.content.decode()
        )
        headers.pop("content-length", None)
        yield httpx2.Request(request.method, url, headers=headers, content=body)


class _Client(OAuth2Client):  # type: ignore[misc]
    client_auth_class = _Auth


def make_client(http: httpx2.Client, **how: Any) -> OAuth2Client:
    """A client that asks over `http`."""
    return _Client(http, **how)
