"""What a process of this installation was started with, in one word.

A runner outlives its scheduler. The next scheduler tells by this word whether the runner still
works with the configuration, the environment and the code that it would be started with now.
"""

import hashlib
import os
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from venturi.config.conf import get_config
from venturi.config.paths import config_file, home
from venturi.core import failpoints

#: Names that differ from one terminal or session to the next and say nothing about the work.
NOISE = frozenset(
    {"_", "COLUMNS", "INVOCATION_ID", "JOURNAL_STREAM", "LINES", "LS_COLORS", "MAIL", "OLDPWD"}
    | {"PS1", "PS2", "PWD", "PYTEST_CURRENT_TEST", "SHLVL", "SYSTEMD_EXEC_PID", "WINDOWID"}
    | {failpoints.VARIABLE}
)
NOISY = ("DBUS_", "SSH_", "SUDO_", "TERM", "TMUX", "VSCODE_", "VTE_", "XDG_")


def installation_digest(environ: Mapping[str, str] = os.environ) -> str:
    """A word that changes with the version, `airflow.cfg`, the environment, the plugins and
    `airflow_local_settings`."""
    digest = hashlib.sha256()
    for part in (_version(), sys.executable, *_settings(environ), *_files(environ)):
        digest.update(part.encode(errors="surrogateescape") + b"\0")
    return digest.hexdigest()[:32]


def _version() -> str:
    try:
        return version("venturi")
    except PackageNotFoundError:  # run from its source folder
        return ""


def _settings(environ: Mapping[str, str]) -> Iterable[str]:
    try:
        yield config_file(environ).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        yield ""
    for name, value in sorted(environ.items()):
        if name not in NOISE and not name.startswith(NOISY):
            yield f"{name}={value}"


def _files(environ: Mapping[str, str]) -> Iterable[str]:
    """Code that a runner loads once: plugins and policies, by name, size and time of change."""
    folders = [home(environ) / "config"]
    plugins = get_config().get("core", "plugins_folder", fallback=None)
    if plugins:
        folders.append(Path(plugins))
    for folder in folders:
        for file in sorted(folder.rglob("*.py")):
            try:
                status = file.stat()
            except OSError:
                continue
            yield f"{file}:{status.st_size}:{status.st_mtime_ns}"
