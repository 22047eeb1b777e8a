"""How people sign in here: read once from the configuration, which must be safe."""

from datetime import timedelta
from typing import Literal

import msgspec

from venturi.config import Config, ConfigError
from venturi.config.generated import SHORTEST_SECRET, is_weak

#: Airflow's names, old and new, for programs that send name and password with each request.
_BASIC = ("basic_auth", "password_auth")
#: ... and for closing the REST API to programs.
_DENY = "deny_all"

SameSite = Literal["lax", "strict", "none"]


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """How people sign in."""

    #: whether anybody must; without it everybody is an administrator
    required: bool = True
    #: programs may send name and password with each request
    basic: bool = False
    #: programs may come at all: with tokens, or name and password
    programs: bool = True
    #: people see only the DAGs they own
    by_owner: bool = False
    #: time without a request after which a session ends
    lifetime: timedelta = timedelta(days=30)
    token_lifetime: timedelta = timedelta(days=1)
    cli_token_lifetime: timedelta = timedelta(hours=1)
    same_site: SameSite = "lax"
    #: the cookie travels over HTTPS only, even where we are asked over HTTP
    secure: bool = False


def sign_in(conf: Config) -> SignIn:
    """The configured way to sign in. Raises `ConfigError` for what would not be safe."""
    for section, key in (("api", "secret_key"), ("api_auth", "jwt_secret")):
        _refuse_weak(conf, section, key)
    backends = " ".join(conf.getlist("api", "auth_backends", fallback=[]))
    same_site = (conf.get("webserver", "cookie_samesite") or "Lax").lower()
    return SignIn(
        required=conf.getboolean("webserver", "authenticate")
        and not conf.getboolean("core", "simple_auth_manager_all_admins"),
        basic=any(name in backends for name in _BASIC),
        programs=_DENY not in backends,
        by_owner=conf.getboolean("webserver", "filter_by_owner"),
        lifetime=timedelta(minutes=conf.getint("webserver", "session_lifetime_minutes")),
        token_lifetime=timedelta(seconds=conf.getfloat("api_auth", "jwt_expiration_time")),
        cli_token_lifetime=timedelta(seconds=conf.getfloat("api_auth", "jwt_cli_expiration_time")),
        same_site="strict" if same_site == "strict" else "none" if same_site == "none" else "lax",
        secure=conf.getboolean("webserver", "cookie_secure") or same_site == "none",
    )


def _refuse_weak(conf: Config, section: str, key: str) -> None:
    secret = conf.get(section, key) or ""
    if is_weak(secret):
        raise ConfigError(
            f"{conf.where(section, key)} can be guessed, and whoever does signs in as anybody. Use "
            f"{SHORTEST_SECRET} random characters or more, or remove the line: then a secret is "
            "made and kept for you."
        )
