"""The workers behind the broker."""

from venturi.api.call import Call
from venturi.api.ui.muster import Workers


def get_workers(call: Call) -> Workers:
    """All workers that answer."""
    return call.api.muster.get(call.api.conf, call.api.clock.monotonic())
