"""`airflow.models.crypto`: the key that secrets in the database are encrypted with."""

from typing import Any

from venturi.config import get_config


def get_fernet() -> Any:
    """Encrypts and decrypts with `[core] fernet_key`; the first of several keys encrypts."""
    from cryptography.fernet import Fernet, MultiFernet

    keys = str(get_config().get("core", "fernet_key", fallback="")).split(",")
    return MultiFernet([Fernet(key.strip().encode()) for key in keys if key.strip()])
