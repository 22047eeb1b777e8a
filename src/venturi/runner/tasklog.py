"""Logging inside a task process: one line per record, one write per line.

The lines go to a pipe that the runner reads; it masks secrets, bounds the size and writes the file.
What user code prints goes there as it is. Set up in a fraction of a millisecond, as every attempt
pays for it.
"""

import contextlib
import logging
import os
import sys
import time
import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from venturi.config import Config, get_config
from venturi.sdk.secrets_masker import masked

#: The standard library's `warnings` text, without the source line that Python repeats.
_WARNING = "{file}:{line}: {kind}: {message}"


class LineWriter(logging.Handler):
    """Writes each record to file descriptor `fd` with one system call."""

    def __init__(self, fd: int) -> None:
        super().__init__()
        self.fd = fd

    def emit(self, record: logging.LogRecord) -> None:
        try:
            # The runner masks too, but may read this line before it hears of the secret.
            data = (masked(self.format(record)) + "\n").encode("utf-8", "backslashreplace")
            # What was printed before this line stands before it in the log.
            _flush(sys.stdout)
            while data:
                data = data[os.write(self.fd, data) :]
        except Exception:
            self.handleError(record)


class LineFormat(logging.Formatter):
    """`[2026-11-22T13:40:58.123+0000] {file.py:12} INFO - message`, times in UTC."""

    def __init__(self) -> None:
        super().__init__()
        #: The second that was written last: records come in bursts.
        self._second = -1
        self._text = ""

    def format(self, record: logging.LogRecord) -> str:
        second = int(record.created)
        if second != self._second:
            self._second = second
            self._text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
        line = (
            f"[{self._text}.{int(record.msecs):03d}+0000] "
            f"{{{record.filename}:{record.lineno}}} {record.levelname} - {record.getMessage()}"
        )
        if record.exc_info and record.exc_info[0] is not None:
            record.exc_text = record.exc_text or self.formatException(record.exc_info)
        if record.exc_text:
            line = f"{line}\n{record.exc_text}"
        return line if not record.stack_info else f"{line}\n{record.stack_info}"


def set_up(fd: int = 1) -> Callable[[], None]:
    """Send all logging and warnings of this process to `fd`; returns what undoes it.

    Honours `[logging] logging_level`, `log_format`, `namespace_levels` and `logging_config_class`.
    """
    wanted, handler = _wanted(get_config()), _handler(get_config(), fd)
    root = logging.getLogger()
    before = root.handlers[:], root.level, warnings.showwarning
    if wanted.own is not None:
        from logging.config import dictConfig

        dictConfig(wanted.own)
    else:
        root.handlers[:] = [handler]
        for name, level in wanted.levels:
            logging.getLogger(name).setLevel(level)
    _line_by_line(sys.stdout)
    _line_by_line(sys.stderr)
    warnings.showwarning = _show_warning

    def undo() -> None:
        root.handlers[:], root.level, warnings.showwarning = before

    return undo


class _Wanted(NamedTuple):
    """What the configuration says."""

    #: the user's `logging_config_class`, which takes over
    own: Any
    #: logger (the root first) and level
    levels: tuple[tuple[str | None, str], ...]


@lru_cache(maxsize=1)
def _wanted(conf: Config) -> _Wanted:
    level = conf.get("logging", "logging_level", fallback="INFO") or "INFO"
    levels: list[tuple[str | None, str]] = [(None, level.upper())]
    for each in conf.getlist("logging", "namespace_levels", fallback=[]):
        name, _, said = each.partition("=")
        levels.append((name.strip(), said.strip().upper()))
    return _Wanted(
        own=conf.getimport("logging", "logging_config_class", fallback=None), levels=tuple(levels)
    )


@lru_cache(maxsize=1)
def _handler(conf: Config, fd: int) -> LineWriter:
    """Made in the rehearsal, and then there for every attempt."""
    handler = LineWriter(fd)
    handler.setFormatter(_format(conf))
    return handler


def _format(conf: Config) -> logging.Formatter:
    said = conf.get("logging", "log_format", fallback=None)
    if not said or said == _default_format():
        return LineFormat()
    return logging.Formatter(said)


def _default_format() -> str:
    return "[%(asctime)s] {%(filename)s:%(lineno)d} %(levelname)s - %(message)s"


def _line_by_line(stream: Any) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(line_buffering=True, errors="backslashreplace")


def _flush(stream: Any) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):  # closed by user code
        stream.flush()


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,  # noqa: ARG001 - as `warnings` calls it
    line: str | None = None,  # noqa: ARG001
) -> None:
    logging.getLogger("py.warnings").warning(
        "%s", _WARNING.format(file=filename, line=lineno, kind=category.__name__, message=message)
    )
