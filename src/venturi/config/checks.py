"""Further looks at single options when they are loaded, one row each.

Each raises ValueError with the reason; heavy modules are imported only for a value that needs
them, so that the defaults cost nothing.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from venturi.config.options import Check


def _check_timezone(text: str) -> None:
    if text.lower() in {"utc", "system", "local"}:
        return
    import zoneinfo

    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("must be utc, system or a time zone such as Europe/Berlin") from error


def _check_database_url(text: str) -> None:
    from venturi.config.errors import ConfigError
    from venturi.config.urls import parse_database_url

    try:
        parse_database_url(text)
    except ConfigError as error:
        raise ValueError(f"cannot be used: {error}") from error


def _check_octal(text: str) -> None:
    try:
        int(text, 8)
    except ValueError as error:
        raise ValueError("must be an octal number such as 0o077") from error


def _check_fernet_key(text: str) -> None:
    import base64

    for key in text.split(","):
        try:
            size = len(base64.urlsafe_b64decode(key.strip().encode()))
        except ValueError:
            size = 0
        if size != 32:
            raise ValueError(
                "must be 32 random bytes in URL-safe base64; make one with: python -c "
                '"import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())"'
            )


def _check_pattern(text: str) -> None:
    import re

    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"must be a regular expression ({error})") from error


CHECKS: Mapping[Check, Callable[[str], None]] = MappingProxyType(
    {
        "timezone": _check_timezone,
        "database_url": _check_database_url,
        "octal": _check_octal,
        "fernet_key": _check_fernet_key,
        "pattern": _check_pattern,
    }
)
