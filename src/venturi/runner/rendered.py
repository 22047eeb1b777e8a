"""What a task's template fields were rendered to, kept for people to look at."""

import json
from typing import Any

from venturi.config import get_config
from venturi.sdk.secrets_masker import redact

#: Longest text of all fields together; what is beyond is cut field by field.
LONGEST = 256 * 1024


def snapshot(task: Any) -> str | None:
    """JSON of the template fields of `task`, without secrets and bounded; None without fields."""
    fields = getattr(task, "template_fields", ())
    if not fields:
        return None
    longest = get_config().getint("core", "max_templated_field_length")
    kept: dict[str, Any] = {}
    left = LONGEST
    for field in fields:
        shown = _bounded(redact(getattr(task, field, None), field), min(longest, left))
        left -= len(json.dumps(shown))
        kept[field] = shown
    return json.dumps(kept, ensure_ascii=False)


def _bounded(value: Any, longest: int) -> Any:
    plain = _plain(value)
    text = plain if isinstance(plain, str) else json.dumps(plain)
    if len(text) <= longest:
        return plain
    return f"{text[: max(0, longest)]}... (cut by [core] max_templated_field_length)"


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124
        case dict():
            return {str(key): _plain(each) for key, each in value.items()}
        case list() | tuple():
            return [_plain(each) for each in value]
        case set() | frozenset():
            return sorted(map(str, value))
    if callable(value):
        return f"<callable {getattr(value, '__module__', '')}.{getattr(value, '__qualname__', '')}>"
    return str(value)
