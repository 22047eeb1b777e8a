"""Passwords: kept as argon2id hashes; those of Airflow's lines are replaced at sign-in."""

import hashlib
import hmac
import secrets
import string
from functools import cache
from threading import BoundedSemaphore
from typing import TYPE_CHECKING

from venturi.core.errors import InvalidInput, VenturiError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

#: Shorter ones can be guessed; ones that are longer are somebody's attempt to keep us busy.
SHORTEST, LONGEST = 8, 1024
_LETTERS = string.ascii_letters + string.digits
#: Each check takes 19 MiB and some time on purpose; so many at once are enough.
_AT_ONCE = BoundedSemaphore(2)
#: A password hash of nobody, of the same price as anybody's.
_NOBODYS = (
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZSBzYWx0IG9mIG5vYm9keQ$"
    "0000000000000000000000000000000000000000000"
)


class BcryptMissing(VenturiError):
    """The password was hashed by Airflow 1.x, whose hashes need a library that is not there."""

    def __init__(self) -> None:
        super().__init__(
            "This password was hashed with bcrypt, by Airflow 1.x. Install venturi[password], or "
            "set a new one with: airflow users reset-password -u NAME"
        )


def check_password(plain: str, shortest: int = 1) -> None:
    """Raise `InvalidInput` for a password that is too short, or longer than anybody's.

    Who has a terminal may set any, as scripts always did; on the web it must have some length.
    """
    if not shortest <= len(plain) <= LONGEST:
        raise InvalidInput(f"A password has {shortest} to {LONGEST} characters.")


def random_password() -> str:
    """A password that nobody guesses, of letters and digits."""
    return "".join(secrets.choice(_LETTERS) for _ in range(20))


def hashed(plain: str) -> str:
    """The password as it is stored."""
    with _AT_ONCE:
        return _hasher().hash(plain)


def is_right(plain: str, stored: str | None) -> bool:
    """Whether a password is the one that was stored, in any form that Airflow's lines stored it.

    Takes as long for a user that does not exist (None). Raises `BcryptMissing`.
    """
    with _AT_ONCE:
        if len(plain) > LONGEST:
            return False
        kind = (stored or "").partition("$")[0].partition(":")[0]
        if not stored or stored.startswith("$argon2"):
            return _argon2(plain, stored or _NOBODYS) and bool(stored)
        if stored.startswith("$2"):
            return _bcrypt(plain, stored)
        if kind == "scrypt":
            return _scrypt(plain, stored)
        if kind == "pbkdf2":
            return _pbkdf2(plain, stored)
        return False


def is_dated(stored: str) -> bool:
    """Whether a stored password should be hashed anew, now that its plain form is at hand."""
    return not stored.startswith("$argon2id$") or _hasher().check_needs_rehash(stored)


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)


def _argon2(plain: str, stored: str) -> bool:
    from argon2.exceptions import InvalidHashError, VerificationError

    try:
        return _hasher().verify(stored, plain)
    except (VerificationError, InvalidHashError):
        return False


def _bcrypt(plain: str, stored: str) -> bool:
    """1.x's `password_auth` and Flask-Bcrypt."""
    try:
        import bcrypt
    except ImportError as error:
        raise BcryptMissing from error
    try:
        return bcrypt.checkpw(plain.encode()[:72], stored.encode())
    except ValueError:
        return False


def _scrypt(plain: str, stored: str) -> bool:
    """Werkzeug's `scrypt:n:r:p$salt$hash`, and `scrypt$salt$hash` of scripts in the 1.x manner."""
    try:
        how, salt, digest = stored.split("$")
        costs = [int(cost) for cost in how.split(":")[1:]]
        if not costs:
            n, r, p, raw = 2**14, 8, 1, bytes.fromhex(salt)
        else:
            (n, r, p), raw = costs, salt.encode()
        if n > 2**20 or r > 32 or p > 16:
            return False
        found = hashlib.scrypt(plain.encode(), salt=raw, n=n, r=r, p=p, maxmem=132 * n * r * p)
    except ValueError:
        return False
    return hmac.compare_digest(found.hex(), digest)


def _pbkdf2(plain: str, stored: str) -> bool:
    """Werkzeug's `pbkdf2:sha256:rounds$salt$hash`."""
    try:
        how, salt, digest = stored.split("$")
        _, name, *rounds = how.split(":")
        count = int(rounds[0]) if rounds else 50_000
        if name not in {"sha1", "sha256", "sha512"} or count > 10_000_000:
            return False
        found = hashlib.pbkdf2_hmac(name, plain.encode(), salt.encode(), count)
    except ValueError:
        return False
    return hmac.compare_digest(found.hex(), digest)
