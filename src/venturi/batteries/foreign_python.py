"""Call a function in another Python: its source, arguments and result travel as files."""

import importlib
import inspect
import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from venturi.sdk.exceptions import AirflowException

#: Modules that can write arguments and results.
SERIALIZERS = ("pickle", "cloudpickle", "dill")

#: What of the context another Python can understand.
PLAIN = frozenset(
    {
        "ds", "ds_nodash", "ts", "ts_nodash", "ts_nodash_with_tz", "run_id", "params", "test_mode",
        "task_instance_key_str", "expanded_ti_count", "map_index_template", "try_number",
        "logical_date", "execution_date", "data_interval_start", "data_interval_end",
        "templates_dict", "yesterday_ds", "yesterday_ds_nodash", "tomorrow_ds",
        "tomorrow_ds_nodash",
    }
)  # fmt: skip

#: The oldest protocol that every Python 3 in use can read.
_PROTOCOL = 4

# Annotations of the function may name what only its own file knows: they are not looked at.
_SCRIPT = """\
from __future__ import annotations

import asyncio, inspect, json, sys, traceback
import {serializer} as _serializer

virtualenv_string_args = {string_args!r}

{source}

def _told(path, error):
    traceback.print_exc()
    with open(path, "w") as file:
        json.dump({{"kind": type(error).__name__, "text": str(error)}}, file)
    sys.exit(1)

if __name__ == "__main__":
    _given, _result, _failure = sys.argv[1:4]
    try:
        with open(_given, "rb") as _file:
            _args, _kwargs = _serializer.load(_file)
        _value = {name}(*_args, **_kwargs)
        if inspect.iscoroutine(_value):
            _value = asyncio.run(_value)
        with open(_result, "wb") as _file:
            _serializer.dump(_value, _file)
    except Exception as _error:
        _told(_failure, _error)
"""


class Exchange:
    """The files by which a function and its result travel, in `folder`."""

    def __init__(self, folder: Path, serializer: str) -> None:
        self.serializer = serializer
        self.script = folder / "script.py"
        self.given = folder / "given"
        self.result = folder / "result"
        self.failure = folder / "failure.json"

    def write(
        self,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Mapping[str, Any],
        string_args: Sequence[str],
    ) -> None:
        """Write what the other Python needs. Raises `AirflowException` naming what cannot go."""
        module = serializer_module(self.serializer)
        self.script.write_text(
            _SCRIPT.format(
                serializer=self.serializer,
                string_args=list(string_args),
                source=source_of(function),
                name=function.__name__,
            )
        )
        try:
            self.given.write_bytes(module.dumps((list(args), dict(kwargs)), protocol=_PROTOCOL))
        except Exception as error:
            raise AirflowException(
                f"The arguments of {function.__name__} cannot be sent to another Python with "
                f"{self.serializer}: {error}."
            ) from error

    def command(self, python: str) -> list[str]:
        """The command that runs the function."""
        paths = (self.script, self.given, self.result, self.failure)
        return [python, *map(str, paths)]

    def read(self) -> Any:
        """What the function returned; None if its process ended without a word."""
        if not self.result.exists() or self.result.stat().st_size == 0:
            return None
        module = serializer_module(self.serializer)
        try:
            return module.loads(self.result.read_bytes())
        except Exception as error:
            raise AirflowException(
                f"The result cannot be read with {self.serializer} here ({error}); return plain "
                "lists, dicts, numbers and texts."
            ) from error

    def complaint(self) -> str | None:
        """The exception that the function raised, as one line."""
        if not self.failure.exists():
            return None
        said = json.loads(self.failure.read_text())
        return f"{said['kind']}: {said['text']}" if said["text"] else str(said["kind"])


def serializer_module(name: str) -> ModuleType:
    """The module `name`. Raises `AirflowException` if it is not known or not installed."""
    if name not in SERIALIZERS:
        raise AirflowException(
            f"serializer {name!r} is not known; use one of {', '.join(SERIALIZERS)}."
        )
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise AirflowException(
            f"serializer {name!r} is not installed here: pip install {name}."
        ) from error


def source_of(function: Callable[..., Any]) -> str:
    """The source of `function` without its decorators. Raises `AirflowException` for a lambda."""
    if not inspect.isfunction(function) or function.__name__ == "<lambda>":
        raise AirflowException(
            f"{function!r} cannot run in another Python: write it as a function with def."
        )
    lines = textwrap.dedent(inspect.getsource(function)).splitlines()
    start = next(
        number for number, line in enumerate(lines) if line.startswith(("def ", "async def "))
    )
    return "\n".join(lines[start:])


def plain_context(
    function: Callable[..., Any], filled: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    """What of `context` can be sent to another Python.

    Raises `AirflowException` if `function` cannot do without something that cannot be sent.
    """
    for name, each in inspect.signature(function).parameters.items():
        is_needed = each.default is each.empty and each.kind in {
            each.POSITIONAL_OR_KEYWORD,
            each.KEYWORD_ONLY,
        }
        if is_needed and name in context and name not in PLAIN and name not in filled:
            raise AirflowException(
                f"{function.__name__} asks for {name!r}, which cannot be sent to another Python; "
                "pass what it needs of it in op_kwargs, as templates."
            )
    return {name: _plain(context[name]) for name in PLAIN if name in context}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime) and type(value) is not datetime:
        # A datetime of another library needs that library on the other side.
        moment = value.astimezone(UTC)
        return datetime(
            moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second,
            moment.microsecond, UTC,
        )  # fmt: skip
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return value
