"""Logs through the REST API, also while they are written."""

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests import make
from tests.store.home import begun, put, run
from venturi.api.rest import logs
from venturi.core.states import TaskState
from venturi.store.engine import Store

SPEC = make.dag(make.task("a"), make.task("b"), dag_id="d")
LOG = "dags/d/dagRuns/r1/taskInstances/{}/logs/1"
LINE = "[2026-11-22T13:40:58.123+0000] {bash.py:12} INFO - hello {world}\n"


@pytest.fixture(autouse=True)
def _run(store: Store) -> None:
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.RUNNING)})


def write(tmp_path: Path, task_id: str, text: str, mode: str = "w") -> Path:
    """Write the log of a task's first try."""
    path = tmp_path / f"logs/dag_id=d/run_id=r1/task_id={task_id}/attempt=1.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open(mode) as file:
        file.write(text)
    return path


def test_lines_are_taken_apart(web: TestClient, tmp_path: Path) -> None:
    write(tmp_path, "a", LINE + "plain\n")
    answer = web.get(LOG.format("a")).json()
    assert answer["continuation_token"] is None
    assert answer["content"] == [
        {
            "timestamp": "2026-11-22T13:40:58.123000Z",
            "event": "hello {world}",
            "level": "info",
            "filename": "bash.py",
            "lineno": 12,
        },
        {"timestamp": None, "event": "plain"},
    ]


def test_a_log_is_text_or_lines_of_json_where_that_is_wanted(
    web: TestClient, tmp_path: Path
) -> None:
    write(tmp_path, "a", LINE)
    text = web.get(LOG.format("a"), headers={"accept": "text/plain"})
    assert text.headers["content-type"].startswith("text/plain")
    assert text.text == LINE
    lines = web.get(LOG.format("a"), headers={"accept": "application/x-ndjson"})
    assert json.loads(lines.text)["event"] == "hello {world}"


def test_a_growing_log_is_followed_by_its_token(web: TestClient, tmp_path: Path) -> None:
    first = web.get(LOG.format("b")).json()
    assert first["content"] == []  # it has not been opened yet
    write(tmp_path, "b", "one\ntw")
    second = web.get(LOG.format("b"), params={"token": first["continuation_token"]}).json()
    assert [each["event"] for each in second["content"]] == ["one"]  # half a line waits
    write(tmp_path, "b", "o\nthree\n", "a")
    third = web.get(LOG.format("b"), params={"token": second["continuation_token"]}).json()
    assert [each["event"] for each in third["content"]] == ["two", "three"]
    assert third["continuation_token"]  # it still runs


def test_a_long_log_comes_in_whole_lines(web: TestClient, tmp_path: Path) -> None:
    line = "x" * 99 + "\n"
    count = logs.CHUNK // 100 + 10
    write(tmp_path, "a", line * count)
    first = web.get(LOG.format("a")).json()
    rest = web.get(LOG.format("a"), params={"token": first["continuation_token"]}).json()
    assert rest["continuation_token"] is None
    lines = [*first["content"], *rest["content"]]
    assert len(lines) == count
    assert {each["event"] for each in lines} == {line[:-1]}
    whole = web.get(LOG.format("a"), params={"full_content": True}).json()
    assert len(whole["content"]) == count


def test_a_log_that_is_not_there_says_so(web: TestClient) -> None:
    answer = web.get(LOG.format("a")).json()
    assert "no log" in answer["content"][0]["event"]
    assert answer["continuation_token"] is None


@pytest.mark.parametrize("token", ["at-", "at--1", "at-1e3", "/etc/passwd", "at-٣"])
def test_a_token_from_elsewhere_is_refused(web: TestClient, token: str) -> None:
    assert web.get(LOG.format("b"), params={"token": token}).status_code == 400


def test_a_link_in_place_of_a_log_is_not_followed(web: TestClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("private\n")
    path = write(tmp_path, "a", "")
    path.unlink()
    path.symlink_to(secret)
    assert "private" not in web.get(LOG.format("a")).text


def test_ids_in_an_address_become_no_path(web: TestClient, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "attempt=1.log").write_text("private\n")
    for run_id in ("..%2f..", "%2e%2e", "r1/../.."):
        answer = web.get(f"dags/d/dagRuns/{run_id}/taskInstances/a/logs/1")
        assert answer.status_code == 404
    assert web.get("dags/d/dagRuns/r1/taskInstances/a/logs/2").status_code == 404
