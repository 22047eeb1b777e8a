"""Logs for the viewer: lines by number, search, growth."""

import json
import os
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.api.ui import log, loglines
from venturi.core.states import TaskState
from venturi.store.engine import Store

SPEC = make.dag(make.task("a"), make.task("b"), dag_id="d")
UI = "http://localhost:8080/ui/dags/d/runs/r1/tasks/{}/-1/log"
MILLION = 1_000_000
HEAD = "[2026-11-22T13:40:58.123+0000] {bash.py:12} "


@pytest.fixture(autouse=True)
def _run(store: Store) -> None:
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.RUNNING)})


def write(tmp_path: Path, task_id: str, data: bytes | str, mode: str = "wb") -> Path:
    """Write the log of a task's first try."""
    path = tmp_path / f"logs/dag_id=d/run_id=r1/task_id={task_id}/attempt=1.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        file.write(data.encode() if isinstance(data, str) else data)
    return path


def lines(web: TestClient, task_id: str = "a", **asked: object) -> dict[str, object]:
    """Some lines of a log."""
    answer = web.get(UI.format(task_id), params={"try_number": 1, **asked})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def find(web: TestClient, **asked: object) -> dict[str, object]:
    """What a search in a log finds."""
    answer = web.get(UI.format("a") + "/find", params={"try_number": 1, **asked})  # type: ignore[dict-item]
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_any_of_a_million_lines_is_read_by_its_number(web: TestClient, tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(MILLION))
    write(tmp_path, "a", text)
    first = lines(web, count=2)
    assert (first["total"], first["texts"]) == (MILLION, ["line 0", "line 1"])
    for number in (4096, 65_535, 777_777, MILLION - 3):
        wanted = [f"line {each}" for each in range(number, min(number + 5, MILLION))]
        assert lines(web, first=number, count=5)["texts"] == wanted
    assert lines(web, pick=[5, 999_999, 10])["texts"] == ["line 5", "line 999999", "line 10"]
    found = find(web, q="LINE 99999")
    assert found["count"] == 11
    assert found["lines"] == [99_999, *range(999_990, MILLION)]
    every = find(web, q="line")
    assert every["count"] == MILLION
    assert len(every["lines"]) == loglines.MOST_HITS  # type: ignore[arg-type]


def test_a_growing_file_is_read_in_whole_lines(web: TestClient, tmp_path: Path) -> None:
    assert lines(web, "b")["goes_on"] is True
    write(tmp_path, "b", "one\ntw")
    assert lines(web, "b")["texts"] == ["one"]
    write(tmp_path, "b", "o\nthree\n", "ab")
    grown = lines(web, "b", first=1)
    assert (grown["texts"], grown["total"]) == (["two", "three"], 3)
    write(tmp_path, "b", "new\n")  # written anew
    assert lines(web, "b")["texts"] == ["new"]
    write(tmp_path, "b", "anew\nand longer\n")
    assert lines(web, "b")["total"] == 2


def test_the_last_line_of_an_ended_try_needs_no_end(web: TestClient, tmp_path: Path) -> None:
    write(tmp_path, "a", "one\ntwo")
    for _ in range(2):
        found = lines(web)
        assert (found["texts"], found["total"]) == (["one", "two"], 2)
    assert lines(web, first=2)["texts"] == []


def test_odd_bytes_are_text_and_long_lines_are_cut(web: TestClient, tmp_path: Path) -> None:
    endless = b"x" * (3 * loglines.PIECE)
    write(tmp_path, "a", b"\xff\x00\n\x1b[31mred\x1b[0m\r\n\n" + endless + b"\nlast\n")
    found = lines(web)
    texts = found["texts"]
    assert isinstance(texts, list)
    assert texts[:3] == ["\ufffd\0", "\x1b[31mred\x1b[0m", ""]
    assert texts[3].endswith(f"[{len(endless) - loglines.LONGEST} bytes more]")
    assert texts[4:] == ["last"]
    assert lines(web, first=4)["texts"] == ["last"]
    assert find(web, q="last")["lines"] == [4]


def test_levels_take_the_lines_below_them_along(web: TestClient, tmp_path: Path) -> None:
    text = (
        f"{HEAD}INFO - begins\nplain\n{HEAD}ERROR - broke\nTraceback (most recent call last):\n"
        f"  File x\n{HEAD}WARNING - odd\n{HEAD}INFO - ends broke\n"
    )
    write(tmp_path, "a", text)
    assert find(web, level="error")["lines"] == [2, 3, 4]
    assert find(web, level="warning")["lines"] == [2, 3, 4, 5]
    assert find(web, level="warning", q="broke")["lines"] == [2]
    assert find(web, q="broke")["lines"] == [2, 6]
    assert lines(web)["first_error"] == 2


def test_levels_go_on_over_the_pieces_of_a_file(web: TestClient, tmp_path: Path) -> None:
    below = "y" * 99 + "\n"
    count = 2 * loglines.PIECE // 100
    write(tmp_path, "a", f"{HEAD}INFO - a\n{HEAD}ERROR - b\n{below * count}{HEAD}INFO - c\n")
    assert find(web, level="error")["count"] == count + 1
    assert find(web, level="error", q="yyy")["count"] == count


def test_a_stream_tells_what_came_and_ends_with_the_try(web: TestClient, tmp_path: Path) -> None:
    write(tmp_path, "a", "one\ntwo\n")
    told = web.get(UI.format("a") + "/follow", params={"try_number": 1}).text
    assert told.startswith("event: grown\ndata: ")
    assert json.loads(told.split("data: ")[1])["total"] == 2
    assert told.count("event:") == 1


def test_the_whole_file_comes_as_it_is(web: TestClient, tmp_path: Path) -> None:
    data = os.urandom(3 * log.CHUNK + 7)
    write(tmp_path, "a", data)
    assert web.get(UI.format("a") + "/file", params={"try_number": 1}).content == data


def test_nothing_outside_the_folder_is_read(web: TestClient, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/attempt=1.log").write_text("private\n")
    path = write(tmp_path, "a", "")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere/attempt=1.log")
    assert "private" not in json.dumps(lines(web))
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(tmp_path / "elsewhere")  # the folder, not the file
    found = lines(web)
    assert "private" not in json.dumps(found)
    assert "no log" in str(found["missing"])
    assert find(web, q="private")["count"] == 0
    assert b"private" not in web.get(UI.format("a") + "/file", params={"try_number": 1}).content


@pytest.mark.parametrize(
    "asked", [{"try_number": 0}, {"first": -1}, {"count": 1001}, {"try_number": "../x"}]
)
def test_wrong_numbers_are_refused(web: TestClient, asked: dict[str, object]) -> None:
    answer = web.get(UI.format("a"), params={"try_number": 1, **asked})  # type: ignore[dict-item]
    assert answer.status_code == 422


def test_a_try_that_never_was_is_not_found(web: TestClient) -> None:
    assert web.get(UI.format("a"), params={"try_number": 7}).status_code == 404


def test_a_run_is_replayed_from_a_task(web: TestClient) -> None:
    address = "http://localhost:8080/ui/dags/d/runs/r1/replay"
    made = web.post(address, json={"from_tasks": ["b"], "conf": {"x": 1}})
    assert made.status_code == 201, made.text
    assert made.json()["copied"] == ["a"]
    about = web.get(f"dags/d/dagRuns/{made.json()['run_id']}").json()
    assert about["conf"] == {"x": 1}
    assert web.post(address, json={"from_tasks": ["nobody"]}).status_code == 404
