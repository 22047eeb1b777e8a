"""Logging inside a task process."""

import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from venturi.runner.tasklog import LineFormat, LineWriter, set_up
from venturi.sdk.secrets_masker import mask_secret

Option = Callable[[str, str, str], None]


class Pipe:
    """What was written to the log."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        os.set_blocking(self.read_end, False)

    def read(self) -> str:
        try:
            return os.read(self.read_end, 1 << 16).decode()
        except BlockingIOError:
            return ""


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    os.close(pipe.read_end)
    os.close(pipe.write_end)


@contextmanager
def set_up_at(pipe: Pipe) -> Iterator[None]:
    """Not a fixture: pytest puts its own handlers in place for each phase of a test."""
    undo = set_up(pipe.write_end)
    try:
        yield
    finally:
        undo()


def test_a_line_says_when_where_and_what(pipe: Pipe) -> None:
    with set_up_at(pipe):
        logging.getLogger("airflow.task").info("hello %s", "ü")
    assert re.fullmatch(
        r"\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000\] "
        r"\{test_tasklog\.py:\d+\} INFO - hello ü\n",
        pipe.read(),
    )


def test_times_are_in_utc_and_keep_their_milliseconds() -> None:
    record = logging.LogRecord("n", logging.INFO, "/x/file.py", 7, "m", (), None)
    record.created, record.msecs = 86400.25, 250.0
    assert LineFormat().format(record) == "[1970-01-02T00:00:00.250+0000] {file.py:7} INFO - m"


def test_tracebacks_follow_their_line(pipe: Pipe) -> None:
    with set_up_at(pipe):
        try:
            raise ValueError("no")
        except ValueError:
            logging.getLogger().exception("failed")
    text = pipe.read()
    assert "ERROR - failed\nTraceback" in text
    assert text.endswith("ValueError: no\n")


def test_the_level_is_the_configured_one(option: Option, pipe: Pipe) -> None:
    option("logging", "logging_level", "WARNING")
    option("logging", "namespace_levels", "chatty=DEBUG quiet=ERROR")
    with set_up_at(pipe):
        logging.getLogger("usual").info("1")
        logging.getLogger("chatty").debug("2")
        logging.getLogger("quiet").warning("3")
        assert [line[-1] for line in pipe.read().splitlines()] == ["2"]
        logging.getLogger("chatty").setLevel(logging.NOTSET)
        logging.getLogger("quiet").setLevel(logging.NOTSET)


def test_a_format_of_the_users_counts(option: Option, pipe: Pipe) -> None:
    option("logging", "log_format", "%(levelname)s|%(message)s")
    with set_up_at(pipe):
        logging.getLogger().warning("x")
    assert pipe.read() == "WARNING|x\n"


CONFIG: dict[str, Any] = {"version": 1, "disable_existing_loggers": False,
                          "handlers": {"mine": {"class": "logging.NullHandler"}},
                          "root": {"handlers": ["mine"], "level": "ERROR"}}  # fmt: skip


def test_a_configuration_of_the_users_takes_over(option: Option, pipe: Pipe) -> None:
    option("logging", "logging_config_class", f"{__name__}.CONFIG")
    with set_up_at(pipe):
        logging.getLogger().error("to the null handler")
        assert pipe.read() == ""
        assert logging.getLogger().level == logging.ERROR


def test_warnings_are_one_line(pipe: Pipe) -> None:
    with set_up_at(pipe), warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_again = warnings.showwarning
        assert set_up_again.__module__ == "venturi.runner.tasklog"
        warnings.warn("old name", DeprecationWarning, stacklevel=1)
    text = pipe.read()
    assert "WARNING - " in text and "DeprecationWarning: old name" in text
    assert text.count("\n") == 1


def test_each_line_is_one_write(monkeypatch: pytest.MonkeyPatch, pipe: Pipe) -> None:
    written: list[bytes] = []
    real = os.write

    def write(fd: int, data: bytes) -> int:
        written.append(data)
        return real(fd, data)

    monkeypatch.setattr(os, "write", write)
    record = logging.LogRecord("n", logging.INFO, "f.py", 1, "two\nlines", (), None)
    LineWriter(pipe.write_end).handle(record)
    assert written == [b"two\nlines\n"]


def test_what_was_printed_before_stands_before(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = os.fdopen(os.dup(pipe.write_end), "w", buffering=8192)
    monkeypatch.setattr(sys, "stdout", stream)
    stream.write("printed\n")
    LineWriter(pipe.write_end).handle(logging.LogRecord("n", 20, "f.py", 1, "logged", (), None))
    assert pipe.read() == "printed\nlogged\n"
    stream.close()


def test_a_closed_standard_output_does_no_harm(pipe: Pipe, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = os.fdopen(os.dup(pipe.write_end), "w")
    stream.close()
    monkeypatch.setattr(sys, "stdout", stream)
    LineWriter(pipe.write_end).handle(logging.LogRecord("n", 20, "f.py", 1, "logged", (), None))
    assert pipe.read() == "logged\n"


def test_odd_characters_are_written_all_the_same(pipe: Pipe) -> None:
    record = logging.LogRecord("n", 20, "f.py", 1, "half a %s", ("\ud800",), None)
    LineWriter(pipe.write_end).handle(record)
    assert "half a \\ud800" in pipe.read()


def test_secrets_are_masked_before_they_leave_the_process(pipe: Pipe) -> None:
    mask_secret("hunter22")
    record = logging.LogRecord("n", 20, "f.py", 1, "login %s", ("hunter22",), None)
    LineWriter(pipe.write_end).handle(record)
    assert pipe.read() == "login ***\n"
