"""Answers of the engine, as the asking side sees them."""

import json
from typing import Any

from venturi.core.errors import Conflict, InvalidInput, NotFound, VenturiError
from venturi.core.messages import Reply

#: What an answer's error kind is raised as.
KINDS: dict[str, type[VenturiError]] = {
    "not_found": NotFound,
    "conflict": Conflict,
    "invalid": InvalidInput,
}


def answer_of(reply: Reply) -> Any:
    """The decoded value of a reply; raises what it says went wrong."""
    if reply.error is not None:
        raise KINDS.get(reply.error_kind, VenturiError)(reply.error)
    return None if reply.value is None else json.loads(reply.value)


def kind_of(error: VenturiError) -> str:
    """The error kind under which an exception travels."""
    return next((kind for kind, cls in KINDS.items() if isinstance(error, cls)), "")
