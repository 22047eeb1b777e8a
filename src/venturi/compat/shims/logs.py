"""`airflow.utils.log.logging_mixin`: a logger for a class, and streams into a logger."""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from venturi.compat.shims.text import remove_escape_codes

__all__ = [
    "ExternalLoggingMixin",
    "LoggingMixin",
    "RedirectStdHandler",
    "StreamLogWriter",
    "redirect_stderr",
    "redirect_stdout",
    "remove_escape_codes",
    "set_context",
]


class LoggingMixin:
    """Gives a class `self.log`, a logger under the class's dotted name."""

    _log: logging.Logger | None = None
    _log_config_logger_name: str | None = None
    _logger_name: str | None = None

    def __init__(self, context: Any = None) -> None:
        """`context` is accepted for old callers."""

    @classmethod
    def logger(cls) -> logging.Logger:
        """The logger of the class."""
        return logging.getLogger(cls._logger_name or f"{cls.__module__}.{cls.__name__}")

    @property
    def log(self) -> logging.Logger:
        """The logger of the object."""
        return self.logger()


class ExternalLoggingMixin:
    """Marks a log handler whose logs are read somewhere else."""

    log_name: str = ""

    def get_external_log_url(self, task_instance: Any, try_number: int) -> str:
        """Where to read the log of a try."""
        raise NotImplementedError

    @property
    def supports_external_link(self) -> bool:
        """Whether `get_external_log_url` answers."""
        return False


class StreamLogWriter:
    """A text stream whose lines go to a logger."""

    encoding: str = "utf-8"
    closed = False

    def __init__(self, logger: logging.Logger, level: int) -> None:
        self.logger, self.level = logger, level
        self._buffer = ""

    def write(self, message: str) -> None:
        """Log every line that is complete."""
        *lines, self._buffer = (self._buffer + message).split("\n")
        for line in lines:
            self.logger.log(self.level, "%s", remove_escape_codes(line))

    def flush(self) -> None:
        """Log what has no line end yet."""
        if self._buffer:
            self.write("\n")

    def close(self) -> None:
        """Streams of a logger stay open."""

    def isatty(self) -> bool:
        """No terminal."""
        return False


class RedirectStdHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """A handler that writes to whatever `sys.stdout` or `sys.stderr` is at that moment."""

    def __init__(self, stream: Any) -> None:
        self._name_of_stream = "stderr" if "stderr" in str(stream) else "stdout"
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """The present stream."""
        return getattr(sys, self._name_of_stream)


@contextmanager
def redirect_stdout(logger: logging.Logger, level: int) -> Iterator[None]:
    """Send what is printed inside the block to `logger`."""
    with _replaced("stdout", StreamLogWriter(logger, level)):
        yield


@contextmanager
def redirect_stderr(logger: logging.Logger, level: int) -> Iterator[None]:
    """Send what is written to standard error inside the block to `logger`."""
    with _replaced("stderr", StreamLogWriter(logger, level)):
        yield


@contextmanager
def _replaced(name: str, writer: StreamLogWriter) -> Iterator[None]:
    before = getattr(sys, name)
    setattr(sys, name, writer)
    try:
        yield
    finally:
        writer.flush()
        setattr(sys, name, before)


def set_context(logger: logging.Logger, value: Any) -> None:
    """Give `value` to every handler of the logger that takes a context."""
    current: logging.Logger | None = logger
    while current is not None:
        for handler in current.handlers:
            take = getattr(handler, "set_context", None)
            if take is not None:
                take(value)
        current = current.parent if current.propagate else None
