"""`airflow.models.User` and 1.x's `PasswordUser`: how people added users by script."""

from typing import Any


class PasswordUser:
    """A user with a password: `PasswordUser(models.User())`, as 1.x had it.

    Only a hash of the password is kept, in `users.password`.
    """

    def __init__(self, user: Any) -> None:
        object.__setattr__(self, "__stored__", user)

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "__stored__"), name)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in {"password", "_set_password"}:
            from venturi.store.passwords import hashed

            name, value = "password", hashed(value)
        setattr(object.__getattribute__(self, "__stored__"), name, value)

    def authenticate(self, plaintext: str) -> bool:
        """Whether the password is right."""
        from venturi.store.passwords import is_right

        return is_right(plaintext, self.password)
