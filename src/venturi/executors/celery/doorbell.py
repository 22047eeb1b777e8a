"""The message that Celery carries: which attempt waits, and a signature. Nothing of it is believed
but that somebody with the key has rung; whether the attempt may start, the scheduler says (R1)."""

import hashlib
import hmac
from typing import Any, NamedTuple

#: The name of the Celery task.
TASK = "venturi.attempt"


class Doorbell(NamedTuple):
    """An attempt that waits for a worker."""

    ti_id: int
    try_number: int
    epoch: int


def signed(bell: Doorbell, key: bytes) -> list[Any]:
    """The arguments of the Celery task for `bell`."""
    return [*bell, _signature(bell, key)]


def checked(args: Any, key: bytes) -> Doorbell | None:
    """The doorbell in the arguments of a Celery task; None when it is none of ours."""
    match args:
        case [int(ti_id), int(try_number), int(epoch), str(signature)]:
            bell = Doorbell(ti_id, try_number, epoch)
            if hmac.compare_digest(signature.encode(), _signature(bell, key).encode()):
                return bell
    return None


def _signature(bell: Doorbell, key: bytes) -> str:
    text = f"{bell.ti_id}:{bell.try_number}:{bell.epoch}".encode()
    return hmac.digest(key, text, hashlib.sha256).hex()[:32]
