"""Values that are kept elsewhere: the output of a command, an entry of a secrets backend."""

from collections.abc import Callable, Mapping
from typing import Any

from venturi.config.errors import ConfigError
from venturi.config.options import OptionName


def command_output(command: str, name: OptionName, where: str, environ: Mapping[str, str]) -> str:
    """What `command` prints, without the line end; run without a shell.

    Raises `ConfigError` naming the option when it cannot be run or fails.
    """
    import shlex
    import subprocess

    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"{where}: the command for {name} cannot be read ({error}).") from error
    if not words:
        raise ConfigError(f"{where}: the command for {name} is empty.")
    try:
        done = subprocess.run(words, capture_output=True, check=False, env=dict(environ))
    except OSError as error:
        raise ConfigError(
            f"{where}: the command for {name} cannot be run ({words[0]}: {error.strerror})."
        ) from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = f" and said: {said[-1]}" if said else ""
        raise ConfigError(
            f"{where}: the command for {name} ended with status {done.returncode}{reason}"
        )
    return done.stdout.decode(errors="replace").rstrip("\r\n")


def kept_secret(
    backend: Callable[..., Any] | None, arguments: Mapping[str, Any], key: str, name: OptionName
) -> str:
    """What the secrets backend keeps under `key`, through its `get_config`.

    Raises `ConfigError` when there is no backend, it fails, or it does not know the key.
    """
    if backend is None:
        raise ConfigError(
            f"{name} is to come from a secrets backend, but [secrets] backend names none."
        )
    try:
        value = backend(**arguments).get_config(key)
    except Exception as error:
        raise ConfigError(
            f"The secrets backend failed to give {name} ({type(error).__name__}: {error})."
        ) from error
    if value is None:
        raise ConfigError(f"The secrets backend has no `{key}`, which {name} asks for.")
    return str(value)
