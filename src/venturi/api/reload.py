"""Starting again when the program's own files change, for `--debug`."""

import os
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import venturi
from venturi.config import Config

#: Milliseconds in which changes count as one.
_TOGETHER = 300


def watched(conf: Config) -> list[Path]:
    """The program, the plugins, the configuration and its folder: what is loaded once."""
    folders = [
        Path(venturi.__file__).parent,
        Path(conf.get("core", "plugins_folder") or conf.home / "plugins"),
        conf.home / "config",
        conf.file,
    ]
    return [path for path in folders if path.exists()]


def start_again_on_change(paths: Iterable[Path], say: Callable[[str], None]) -> None:
    """Watch from now on; when something changes, this process becomes a new one."""
    threading.Thread(target=_watch, args=(list(paths), say), name="reload", daemon=True).start()


def _watch(paths: list[Path], say: Callable[[str], None]) -> None:
    from watchfiles import PythonFilter, watch

    wanted = PythonFilter(extra_extensions=(".cfg",))
    for changes in watch(*paths, watch_filter=wanted, debounce=_TOGETHER, step=_TOGETHER // 3):
        name = Path(min(path for _, path in changes)).name
        say(f"{name} has changed; the web server starts again.")
        _become_new()


def _become_new() -> None:
    """The same command, from its beginning; open files close by themselves."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
