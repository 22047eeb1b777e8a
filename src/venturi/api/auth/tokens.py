"""Access tokens as Airflow 3's clients use them: signed, short-lived, and bound.

A token names the installation, the user and the user's seal: one of another installation, or from
before a new password, is worth nothing, whoever signed it. PyJWT is loaded with the first token.
"""

from datetime import timedelta
from typing import Any

from venturi.core.clock import Instant
from venturi.store.queries.users import UserRow

ALGORITHM = "HS256"
ISSUER = "venturi"


def make_token(
    user: UserRow, installation: str, secret: str, lifetime: timedelta, now: Instant
) -> str:
    """A token for a user."""
    import jwt

    claims = {
        "iss": ISSUER,
        "aud": installation,
        "sub": str(user.id),
        "name": user.username,
        "seal": user.seal,
        "iat": int(now.timestamp()),
        "exp": int((now + lifetime).timestamp()),
    }
    return jwt.encode(claims, secret, algorithm=ALGORITHM)


def read_token(text: str, installation: str, secret: str, now: Instant) -> tuple[int, str] | None:
    """The user's row id and seal that a good token names; None for any other."""
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            text,
            secret,
            algorithms=[ALGORITHM],
            audience=installation,
            issuer=ISSUER,
            # The clock is ours, not the library's.
            options={
                "require": ["exp", "iat", "sub", "aud", "iss"],
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
        at, until = float(claims["iat"]), float(claims["exp"])
        user_id, seal = int(claims["sub"]), str(claims["seal"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError):
        return None
    if not at - 60 <= now.timestamp() < until:
        return None
    return user_id, seal


def looks_signed(text: str) -> bool:
    """Whether a bearer word has the form of an access token."""
    return text.count(".") == 2
