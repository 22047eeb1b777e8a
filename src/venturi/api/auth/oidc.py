"""Signing in elsewhere: OpenID Connect with a code, PKCE and a nonce.

The provider is asked by Authlib; what it says of somebody is read by PyJWT, with public-key
algorithms only. Both come with the extra `oidc` and are loaded with the first who signs in so.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from venturi.api.errors import Refused
from venturi.api.guard import is_loopback
from venturi.config import Config, ConfigError
from venturi.core.clock import Instant

if TYPE_CHECKING:
    import httpx2
    from authlib.oauth2.client import OAuth2Client

#: Signatures that only the provider can make.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
#: How long somebody may take at the provider.
PATIENCE = timedelta(minutes=10)
#: How long what a provider says of itself is good for.
_KNOWN_FOR = timedelta(hours=1)
_TIMEOUT = 10.0
#: Clocks of two machines differ.
_LEEWAY = 60


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """Who vouches for people, and what becomes of what they say."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    scope: str
    username_claim: str
    roles_claim: str
    role_map: Mapping[str, str]
    default_role: str


class Journey(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser takes along to the provider and back."""

    state: str
    nonce: str
    verifier: str
    back: str


class Identity(NamedTuple):
    """Whom the provider vouches for."""

    key: str
    username: str
    email: str
    first_name: str
    last_name: str
    #: None: the provider does not say
    roles: tuple[str, ...] | None


def provider(conf: Config) -> Provider | None:
    """The configured provider, None without one. Raises `ConfigError`."""
    issuer = (conf.get("oidc", "issuer") or "").rstrip("/")
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise ConfigError(f"{conf.where('oidc', 'issuer')} must begin with https://.")
    found = Provider(
        issuer=issuer,
        client_id=conf.get("oidc", "client_id") or "",
        client_secret=conf.get("oidc", "client_secret") or "",
        label=conf.get("oidc", "label") or "single sign-on",
        scope=conf.get("oidc", "scope") or "openid",
        username_claim=conf.get("oidc", "username_claim") or "preferred_username",
        roles_claim=conf.get("oidc", "roles_claim") or "",
        role_map=dict(conf.getjson("oidc", "role_map") or {}),
        default_role=conf.get("oidc", "default_role") or "",
    )
    if not found.client_id:
        raise ConfigError("[oidc] client_id is missing: our name at the provider.")
    try:
        import authlib  # noqa: F401 - whether the extra is installed
        import httpx2  # noqa: F401
    except ImportError as error:
        raise ConfigError("[oidc] needs the extra: pip install 'venturi[oidc]'") from error
    return found


class Elsewhere:
    """Talks to the provider."""

    def __init__(self, of: Provider) -> None:
        self.of = of
        self._lock = Lock()
        self._known: tuple[Instant, dict[str, Any], dict[str, Any]] | None = None

    def depart(self, redirect_uri: str, back: str, now: Instant) -> tuple[str, Journey]:
        """Where to send a browser, and what it takes along."""
        journey = Journey(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            back=back,
        )
        about, _ = self._about(now)
        with self._asking() as http:
            address, _ = self._client(http, redirect_uri).create_authorization_url(
                about["authorization_endpoint"],
                state=journey.state,
                code_verifier=journey.verifier,
                nonce=journey.nonce,
            )
        return address, journey

    def arrive(self, redirect_uri: str, code: str, journey: Journey, now: Instant) -> Identity:
        """Whom the provider vouches for. Raises `Refused`."""
        from authlib.oauth2.base import OAuth2Error

        about, _ = self._about(now)
        with self._asking() as http:
            try:
                told = self._client(http, redirect_uri).fetch_token(
                    about["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=journey.verifier,
                )
            except (OAuth2Error, ValueError, http_error()) as error:
                raise Refused(401, "The provider did not accept the sign-in.") from error
        return self._identity(self._claims(str(told.get("id_token", "")), journey.nonce, now))

    def _asking(self) -> "httpx2.Client":
        import httpx2

        return httpx2.Client(timeout=_TIMEOUT, follow_redirects=False)

    def _client(self, http: "httpx2.Client", redirect_uri: str) -> "OAuth2Client":
        from venturi.api.auth.oidc_client import make_client

        return make_client(
            http,
            client_id=self.of.client_id,
            client_secret=self.of.client_secret or None,
            scope=self.of.scope,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _about(self, now: Instant, *, anew: bool = False) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the provider says of itself, and its public keys."""
        with self._lock:
            if self._known is not None and not anew and now < self._known[0]:
                return self._known[1], self._known[2]
            with self._asking() as http:
                try:
                    address = f"{self.of.issuer}/.well-known/openid-configuration"
                    about = http.get(address).raise_for_status().json()
                    if str(about["issuer"]).rstrip("/") != self.of.issuer:
                        raise ValueError("it says that it is another")
                    keys = http.get(about["jwks_uri"]).raise_for_status().json()
                except (ValueError, KeyError, TypeError, http_error()) as error:
                    raise Refused(
                        502, f"The provider {self.of.issuer} does not answer as it should: {error}."
                    ) from error
            self._known = (now + _KNOWN_FOR, about, keys)
            return about, keys

    def _claims(self, token: str, nonce: str, now: Instant) -> dict[str, Any]:
        import jwt

        try:
            header = jwt.get_unverified_header(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                self._key(header.get("kid"), now),
                algorithms=list(ALGORITHMS),
                audience=self.of.client_id,
                options={
                    "require": ["exp", "iat", "sub", "aud", "iss"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            at, until = float(claims["iat"]), float(claims["exp"])
        except (jwt.PyJWTError, TypeError, ValueError) as error:
            raise Refused(401, "What the provider says cannot be verified.") from error
        moment = now.timestamp()
        right = str(claims["iss"]).rstrip("/") == self.of.issuer
        right = right and secrets.compare_digest(str(claims.get("nonce", "")), nonce)
        if not right or not at - _LEEWAY <= moment < until + _LEEWAY:
            raise Refused(401, "What the provider says is not meant for this sign-in.")
        return claims

    def _key(self, kid: str | None, now: Instant) -> Any:
        """The provider's public key of this name; one that is not known is asked for once."""
        import jwt

        for anew in (False, True):
            _, keys = self._about(now, anew=anew)
            for each in jwt.PyJWKSet.from_dict(keys).keys:
                if kid is None or each.key_id == kid:
                    return each.key
        raise jwt.InvalidTokenError("no such key")

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        name = claims.get(self.of.username_claim)
        if not isinstance(name, str) or not name:
            raise Refused(
                401, f"The provider does not say the name of the user ({self.of.username_claim})."
            )
        return Identity(
            key=f"{self.of.issuer}#{claims['sub']}"[:500],
            username=name,
            email=str(claims.get("email") or "")[:250],
            first_name=str(claims.get("given_name") or "")[:250],
            last_name=str(claims.get("family_name") or "")[:250],
            roles=self._roles(claims),
        )

    def _roles(self, claims: Mapping[str, Any]) -> tuple[str, ...] | None:
        if not self.of.roles_claim:
            return None
        said = claims.get(self.of.roles_claim) or []
        groups = [said] if isinstance(said, str) else [str(each) for each in said]
        return tuple(
            sorted({self.of.role_map[each] for each in groups if each in self.of.role_map})
        )


def http_error() -> type[Exception]:
    """What the HTTP client raises."""
    import httpx2

    return httpx2.HTTPError
