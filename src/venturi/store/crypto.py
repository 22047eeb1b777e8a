"""Secrets at rest: Fernet, with the key (or keys, newest first) of `[core] fernet_key`.

The library is loaded with the first secret: it takes 7 MiB in every process that loads it.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from venturi.config import get_config
from venturi.core.errors import VenturiError

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class Undecipherable(VenturiError):
    """A stored secret was encrypted with a key that is not in the configuration."""


def encrypt(text: str) -> tuple[str, bool]:
    """The text as it is stored, and whether it is encrypted (it is not with an empty key)."""
    cipher = _cipher(get_config().get("core", "fernet_key") or "")
    return (text, False) if cipher is None else (cipher.encrypt(text.encode()).decode(), True)


def decrypt(text: str) -> str:
    """What `encrypt` was given. Raises `Undecipherable` naming the option."""
    cipher = _cipher(get_config().get("core", "fernet_key") or "")
    if cipher is not None:
        from cryptography.fernet import InvalidToken

        try:
            return cipher.decrypt(text.encode()).decode()
        except InvalidToken:
            pass
    raise Undecipherable(
        "A stored secret cannot be read: it was encrypted with a key that [core] fernet_key does "
        "not hold. Put the old key behind the new one, with a comma."
    )


def rotate(text: str) -> str:
    """The stored secret, encrypted with the newest key."""
    return encrypt(decrypt(text))[0]


@lru_cache(maxsize=8)
def _cipher(keys: str) -> "MultiFernet | None":
    found = [key.strip() for key in keys.split(",") if key.strip()]
    if not found:
        return None
    from cryptography.fernet import Fernet, MultiFernet

    try:
        return MultiFernet([Fernet(key) for key in found])
    except ValueError as error:
        raise VenturiError(f"[core] fernet_key is not a Fernet key: {error}.") from error
