"""What scheduler and workers derive from the secret that they share."""

import hashlib
import hmac

from venturi.config import Config
from venturi.core.errors import VenturiError

#: Where the shared secret may stand, in this order.
SHARED = (("core", "fernet_key"), ("api", "secret_key"))
#: Said to whoever lacks it.
REMEDY = (
    "Scheduler and workers must share it: copy the line `fernet_key = ...` of [core] in the "
    "scheduler's airflow.cfg into the worker's."
)


class NoSharedSecret(VenturiError):
    """There is nothing to derive keys from."""


class Keys:
    """The keys of an installation: one to sign doorbells, one to seal sessions."""

    def __init__(self, secret: str) -> None:
        self.bell = _derived(secret, b"doorbell")
        self.session = _derived(secret, b"session")
        #: tells installations apart, and says nothing about the secret
        self.name = _derived(secret, b"name").hex()[:8]


def shared_keys(conf: Config) -> Keys:
    """The keys of the configured installation. Raises `NoSharedSecret` with the way out."""
    for section, option in SHARED:
        secret = (conf.get(section, option, fallback="") or "").split(",", 1)[0].strip()
        if secret:
            return Keys(secret)
    raise NoSharedSecret(f"[core] fernet_key is empty. {REMEDY}")


def _derived(secret: str, purpose: bytes) -> bytes:
    return hmac.digest(secret.encode(), b"venturi broker: " + purpose, hashlib.sha256)
