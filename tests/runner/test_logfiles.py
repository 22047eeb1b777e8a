"""The one point where log bytes are masked, bounded and written."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from venturi.runner import logfiles
from venturi.runner.logfiles import LogFile

SECRET = "hunter2-and-more"


def log(folder: Path, limit: int = 1 << 30) -> LogFile:
    return LogFile(folder, "dag_id=d/run_id=r/attempt=1.log", limit)


def text(of: LogFile) -> bytes:
    of.close()
    return of.path.read_bytes() if of.path.exists() else b""


def test_nothing_is_made_before_the_first_bytes(tmp_path: Path) -> None:
    made = log(tmp_path)
    assert not made.path.parent.exists()
    made.close()
    assert not made.path.exists()


@given(cuts=st.lists(st.integers(0, 200), max_size=8), lines=st.integers(1, 5))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_secret_is_masked_wherever_the_bytes_are_cut(
    tmp_path: Path, cuts: list[int], lines: int
) -> None:
    data = "".join(f"before {SECRET} between {SECRET}{SECRET} after\n" for _ in range(lines))
    made = log(tmp_path)
    made.path.unlink(missing_ok=True)
    made.mask(SECRET)
    raw, start = data.encode(), 0
    for cut in sorted({cut for cut in cuts if cut < len(raw)}):
        made.write(raw[start:cut])
        start = cut
    made.write(raw[start:])
    assert text(made).decode() == data.replace(SECRET, "***")


def test_a_line_without_end_is_masked_across_its_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logfiles, "_LONGEST_LINE", 100)
    made = log(tmp_path)
    made.mask(SECRET)
    data = b"x" * 95 + SECRET.encode() + b"y" * 300 + SECRET.encode() + b"z"
    for start in range(0, len(data), 7):
        made.write(data[start : start + 7])
    assert made.path.stat().st_size > 100  # it is not kept in memory for ever
    assert text(made).strip() == data.replace(SECRET.encode(), b"***")


def test_every_line_of_a_secret_of_several_lines_is_masked(tmp_path: Path) -> None:
    key = "-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----\n"
    made = log(tmp_path)
    made.mask(key)
    for line in key.splitlines(keepends=True):
        made.write(line.encode())
    made.write(b"the first line is MIIEvQIBADANBgkq\n")
    written = text(made)
    assert b"MIIE" not in written and b"hkiG" not in written


def test_a_secret_within_another_leaves_no_part_of_it(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.mask("hunter")
    made.mask("hunter2hunter")
    made.write(b"hunter2hunter and hunter\n")
    assert text(made) == b"*** and ***\n"


def test_an_empty_secret_masks_nothing(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.mask("")
    made.write(b"plain\n")
    assert text(made) == b"plain\n"


def test_a_line_of_the_engine_does_not_run_into_one_of_the_task(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.write(b"half a li")
    made.line("The task's process was killed.")
    assert text(made) == b"half a li\nThe task's process was killed.\n"


def test_what_is_left_without_a_newline_is_written_at_the_end(tmp_path: Path) -> None:
    made = log(tmp_path)
    made.write(b"one\ntw")
    made.write(b"o")
    assert text(made) == b"one\ntwo\n"


def test_the_limit_is_told_once_and_nothing_follows(tmp_path: Path) -> None:
    made = log(tmp_path, limit=100)
    for _ in range(50):
        made.write(b"0123456789\n")
    made.line("even the engine is silent")
    written = text(made)
    assert written.count(b"log_bytes_per_attempt_max") == 1
    assert written.startswith(b"0123456789\n" * 9) and len(written) < 300


def test_a_second_try_at_the_same_log_is_added(tmp_path: Path) -> None:
    for word in (b"first\n", b"second\n"):
        made = log(tmp_path)
        made.write(word)
        made.close()
    assert made.path.read_bytes() == b"first\nsecond\n"


def test_a_disk_that_takes_nothing_does_not_take_the_task_down(tmp_path: Path) -> None:
    (tmp_path / "dag_id=d").write_text("a file where a folder should be")
    made = log(tmp_path)
    made.write(b"words\n")
    made.line("more")
    made.close()


def test_a_log_is_not_for_everybody(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = log(tmp_path)
        made.write(b"words\n")
        made.close()
    finally:
        os.umask(before)
    assert made.path.stat().st_mode & 0o007 == 0
    assert made.path.parent.stat().st_mode & 0o007 == 0
