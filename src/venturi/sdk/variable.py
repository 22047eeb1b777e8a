"""Variables: named texts that DAG files and tasks read and write."""

import json
import os
from collections.abc import Iterator
from typing import Any

from venturi.core.requests import DeleteVariable, GetVariable, SetVariable
from venturi.sdk.backends import backends
from venturi.sdk.comms import current_comms
from venturi.sdk.exceptions import VariableNotFound
from venturi.sdk.secrets_masker import is_sensitive, mask_secret

PREFIX = "AIRFLOW_VAR_"


class _Unset:
    """The type of "no default"."""


_UNSET: Any = _Unset()


class Variable:
    """`Variable.get("key")`: from the environment (`AIRFLOW_VAR_KEY`), a secrets backend or the
    database, in this order."""

    def __init__(
        self,
        key: str | None = None,
        val: Any = None,
        description: str | None = None,
        team_name: str | None = None,
    ) -> None:
        self.key, self.val, self.description = key, val, description

    def get_val(self) -> Any:
        """The text."""
        return self.val

    @classmethod
    def get(
        cls,
        key: str,
        default_var: Any = _UNSET,
        deserialize_json: bool = False,
        *,
        default: Any = _UNSET,
    ) -> Any:
        """The value; the default where there is none, if one is given.

        `deserialize_json` reads the text as JSON. Raises `VariableNotFound`, a `KeyError` too.
        """
        given = default_var if default is _UNSET else default
        text = cls._text(key)
        if text is None:
            if given is not _UNSET:
                return given
            raise VariableNotFound(
                f"Variable {key} does not exist: set it with `airflow variables set {key} VALUE`, "
                f"or in the environment as {PREFIX}{key.upper()}."
            )
        found = json.loads(text) if deserialize_json else text
        if is_sensitive(key) or deserialize_json:
            mask_secret(found, key)
        return found

    @classmethod
    def set(
        cls,
        key: str,
        value: Any,
        description: str | None = None,
        serialize_json: bool = False,
        **_: Any,
    ) -> None:
        """Create or change a variable; `serialize_json` writes the value as JSON."""
        text = json.dumps(value, indent=2) if serialize_json else str(value)
        current_comms().ask(SetVariable(key=key, value=text, description=description))

    @classmethod
    def update(cls, key: str, value: Any, serialize_json: bool = False, **_: Any) -> None:
        """Change a variable. Raises `VariableNotFound`."""
        if cls._text(key) is None:
            raise VariableNotFound(f"Variable {key} does not exist.")
        cls.set(key, value, serialize_json=serialize_json)

    @classmethod
    def setdefault(
        cls, key: str, default: Any, description: str | None = None, deserialize_json: bool = False
    ) -> Any:
        """The value, after setting it to `default` where there was none."""
        found = cls.get(key, default=None, deserialize_json=deserialize_json)
        if found is not None:
            return found
        if default is None:
            raise ValueError(f"setdefault() of variable {key} needs a default to set.")
        cls.set(key, default, description=description, serialize_json=deserialize_json)
        return default

    @classmethod
    def delete(cls, key: str, **_: Any) -> int:
        """Delete a variable; the number of variables deleted."""
        return int(current_comms().ask(DeleteVariable(key=key)) or 0)

    @staticmethod
    def _text(key: str) -> str | None:
        found = os.environ.get(f"{PREFIX}{key.upper()}")
        if found is not None:
            return found
        for backend in _answering(key):
            return backend
        answer = current_comms().ask(GetVariable(key=key))
        return None if answer is None else str(answer)


def _answering(key: str) -> Iterator[str]:
    for backend in backends():
        found = backend.get_variable(key)
        if found is not None:
            yield str(found)
