"""Files that people import and export: JSON, YAML, or `.env` lines."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from venturi.core.errors import InvalidInput, NotFound

#: By the ending of the file name; anything else is JSON.
_FORMATS = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".env": "env"}


def format_of(path: str, wanted: str | None = None) -> str:
    """The format of a file: the one asked for, else by its ending."""
    return wanted or _FORMATS.get(Path(path).suffix.lower(), "json")


def read_object(path: str) -> Any:
    """What a file holds. Raises `NotFound`, `InvalidInput` naming file and line."""
    file = Path(path)
    try:
        text = sys.stdin.read() if path == "-" else file.read_text(encoding="utf-8")
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.") from error
    try:
        match format_of(path):
            case "yaml":
                import yaml

                return yaml.safe_load(text)
            case "env":
                return _env(path, text)
            case _:
                return json.loads(text)
    except ValueError as error:
        raise InvalidInput(f"{path}: {error}.") from error
    except Exception as error:
        if type(error).__module__.startswith("yaml"):
            raise InvalidInput(f"{path}: {' '.join(str(error).split())}") from error
        raise


def _env(path: str, text: str) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        key, separator, value = line.partition("=")
        if not separator or not key.strip():
            raise InvalidInput(f"{path}, line {number}: write KEY=VALUE.")
        values[key.strip()] = value.strip()
    return values


def write_object(
    path: str, value: Mapping[str, Any] | list[Any], wanted: str | None = None
) -> None:
    """Write values to a file, readable by its owner only; `-` prints them."""
    plain = dict(value) if isinstance(value, Mapping) else value
    match format_of(path, wanted):
        case "yaml":
            import yaml

            text = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True)
        case "env" if isinstance(value, Mapping):
            text = "".join(f"{key}={item}\n" for key, item in value.items())
        case _:
            text = json.dumps(plain, indent=4, ensure_ascii=False) + "\n"
    if path in {"-", "/dev/stdout"}:
        print(text, end="")
        return
    import os

    try:
        # These files hold secrets: never readable by others, not even for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise InvalidInput(f"{path} cannot be written: {error.strerror}.") from error
