"""`airflow.models.User` and 1.x's `PasswordUser`: how people added users by script."""

import hashlib
import hmac
import secrets
from typing import Any


class PasswordUser:
    """A user with a password: `PasswordUser(models.User())`, as 1.x had it.

    Only a scrypt hash of the password is kept, in `users.password`: `scrypt$<salt>$<hash>`, in hex.
    """

    def __init__(self, user: Any) -> None:
        object.__setattr__(self, "__stored__", user)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "__stored__"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in {"password", "_set_password"}:
            name, value = "password", _hashed(value)
        setattr(object.__getattribute__(self, "__stored__"), name, value)

    def authenticate(self, plaintext: str) -> bool:
        """Whether the password is right."""
        said = str(self.password)
        if not said.startswith("scrypt$"):
            return False
        _, salt, digest = said.split("$")
        return hmac.compare_digest(_digest(plaintext, bytes.fromhex(salt)), digest)


def _hashed(plaintext: str) -> str:
    salt = secrets.token_bytes(16)
    return f"scrypt${salt.hex()}${_digest(plaintext, salt)}"


def _digest(plaintext: str, salt: bytes) -> str:
    return hashlib.scrypt(plaintext.encode(), salt=salt, n=2**14, r=8, p=1).hex()
