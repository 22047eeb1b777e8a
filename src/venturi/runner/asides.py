"""Questions that only user code can answer, asked in a process of its own.

`python -m venturi.runner.asides connection` reads a connection as JSON from standard input and
says whether it works; `... plugins` says what the plugins bring. Each prints one JSON object.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

from venturi.core.errors import VenturiError

SECONDS = 60.0


class NoAnswer(VenturiError):
    """The process that was asked ended without an answer, or took too long."""


def ask(question: str, about: Mapping[str, Any] | None = None) -> Any:
    """The answer to a question. Raises `NoAnswer`."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "venturi.runner.asides", question],
            input=json.dumps(about or {}),
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        return json.loads(done.stdout.splitlines()[-1])
    except subprocess.TimeoutExpired as error:
        raise NoAnswer(f"There was no answer within {SECONDS:.0f} s.") from error
    except (ValueError, IndexError) as error:
        said = done.stderr.strip().splitlines()
        raise NoAnswer(said[-1] if said else f"It ended with code {done.returncode}.") from error


def try_connection(about: Mapping[str, Any]) -> dict[str, Any]:
    """Whether a connection works, by its hook, and a sentence."""
    import os

    from venturi.sdk.connection import PREFIX, Connection

    fields = {name: value for name, value in about.items() if name != "conn_id"}
    connection = Connection(conn_id="tried_connection", **fields)
    # Its hook looks the connection up by its id, and finds it here.
    os.environ[f"{PREFIX}TRIED_CONNECTION"] = json.dumps(
        {name: value for name, value in fields.items() if value is not None}
    )
    worked, message = connection.test_connection()
    return {"status": worked, "message": message}


def list_plugins(_about: Mapping[str, Any]) -> dict[str, Any]:
    """What plugins bring, and those that cannot be used."""
    from venturi.config import get_config
    from venturi.plugins.base import LISTS
    from venturi.plugins.load import load_plugins

    found = load_plugins(get_config().getpath("core", "plugins_folder"))
    return {
        "plugins": [
            {
                "name": str(plugin.name),
                "source": str(plugin.source or plugin.__module__),
                **{name: [_shown(each) for each in getattr(plugin, name) or ()] for name in LISTS},
            }
            for plugin in found.plugins
        ],
        "errors": [{"source": each.source, "error": each.reason} for each in found.errors],
    }


def _shown(member: Any) -> Any:
    """A member of a plugin as a page can show it."""
    if isinstance(member, Mapping):
        return {str(key): _word(value) for key, value in member.items()}
    return _word(member)


def _word(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    name = getattr(value, "__qualname__", None)
    if name is not None:
        return f"{getattr(value, '__module__', '')}.{name}".removeprefix(".")
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}"


QUESTIONS = {"connection": try_connection, "plugins": list_plugins}


def main() -> None:
    """Answer the question of the command line."""
    answer = QUESTIONS[sys.argv[1]](json.loads(sys.stdin.read() or "{}"))
    sys.stdout.write("\n" + json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
