"""The secrets backend of this installation, asked before the database."""

import json
from functools import cache
from typing import Any

from venturi.config import get_config
from venturi.core.errors import InvalidInput


@cache
def backends() -> tuple[Any, ...]:
    """The backends in the order they are asked: those of `[workers]`, then of `[secrets]`."""
    conf = get_config()
    found: list[Any] = []
    for section, name, options in (
        ("workers", "secrets_backend", "secrets_backend_kwargs"),
        ("secrets", "backend", "backend_kwargs"),
    ):
        if not conf.get(section, name, fallback=None):
            continue
        kind = conf.getimport(section, name)
        text = conf.get(section, options, fallback=None) or "{}"
        try:
            given = json.loads(text)
        except ValueError as error:
            raise InvalidInput(f"[{section}] {options} is not JSON: {error}.") from error
        found.append(kind(**given))
    return tuple(found)
