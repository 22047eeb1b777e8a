"""Data profiling: statements run apart, only read unless told, and end; charts and events stay."""

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from venturi.runner.sql import CELL, cell

URL = "http://localhost:8080/ui/profiling"
#: Counts to far more than anybody waits for.
ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.fixture
def database(web: TestClient, tmp_path: Path) -> Path:
    """A SQLite file behind the connection `sales`."""
    path = tmp_path / "sales.db"
    conn = sqlite3.connect(path)
    conn.execute("CREATE TABLE sale (day TEXT, amount INTEGER)")
    conn.executemany("INSERT INTO sale VALUES (?, ?)", [(f"2026-01-0{n}", n) for n in range(1, 6)])
    conn.commit()
    conn.close()
    body = {"connection_id": "sales", "conn_type": "sqlite", "host": str(path)}
    assert web.post("/connections", json=body).status_code == 201
    return path


def ask(web: TestClient, sql: str, **more: Any) -> dict[str, Any]:
    """The answer to a statement."""
    answer = web.post(f"{URL}/query", json={"conn_id": "sales", "sql": sql, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_statement_answers_with_columns_rows_and_whether_there_are_more(
    web: TestClient, database: Path
) -> None:
    found = ask(web, "SELECT day, amount FROM sale ORDER BY day;", limit=2)
    assert found["columns"] == ["day", "amount"]
    assert found["rows"] == [["2026-01-01", 1], ["2026-01-02", 2]]
    assert (found["more"], found["error"]) == (True, None)


def test_nothing_is_written_unless_writing_is_allowed(web: TestClient, database: Path) -> None:
    assert "DELETE is not run" in ask(web, "DELETE FROM sale")["error"]
    assert "not authorized" in ask(web, "WITH n AS (SELECT 1) DELETE FROM sale")["error"]
    assert ask(web, "SELECT count(*) FROM sale")["rows"] == [[5]]
    assert ask(web, "DELETE FROM sale WHERE amount > 3", read_only=False)["affected"] == 2
    assert ask(web, "SELECT count(*) FROM sale")["rows"] == [[3]]


def test_a_second_statement_is_refused_as_are_mistakes_in_the_databases_words(
    web: TestClient, database: Path
) -> None:
    assert "one statement" in ask(web, "PRAGMA query_only = 0; DELETE FROM sale")["error"]
    assert "no such table: nowhere" in ask(web, "SELECT * FROM nowhere")["error"]
    assert "one statement" in ask(web, " -- nothing")["error"]
    answer = web.post(f"{URL}/query", json={"conn_id": "nobody", "sql": "SELECT 1"})
    assert answer.status_code == 404


def test_a_statement_without_end_is_ended_and_leaves_no_process(
    web: TestClient, database: Path
) -> None:
    begun = time.monotonic()
    assert "ended after 3 s" in ask(web, ENDLESS, seconds=3)["error"]
    # An order of magnitude: it does not wait for the statement.
    assert time.monotonic() - begun < 60
    mine = str(os.getpid())
    left = [
        pid
        for pid in (each.name for each in Path("/proc").iterdir())
        if pid.isdigit()
        and (words := _stat(pid)) is not None
        and words[1] == mine
        and b"venturi.runner.sql" in _command(pid)
    ]
    assert left == []


def _stat(pid: str) -> list[str] | None:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_connection_that_cannot_promise_to_only_read_says_so(
    web: TestClient, database: Path
) -> None:
    body = {"connection_id": "site", "conn_type": "http", "host": "localhost"}
    assert web.post("/connections", json=body).status_code == 201
    answer = web.post(f"{URL}/query", json={"conn_id": "site", "sql": "SELECT 1"}).json()
    assert "only reads" in answer["error"]
    again = {"conn_id": "site", "sql": "SELECT 1", "read_only": False}
    assert "does not take SQL" in web.post(f"{URL}/query", json=again).json()["error"]


def test_each_statement_stands_in_the_audit_log(web: TestClient, database: Path) -> None:
    ask(web, "SELECT 42")
    rows = web.get("/eventLogs", params={"event": "profiling_query"}).json()["event_logs"]
    assert [json.loads(row["extra"]) for row in rows] == [
        {"conn_id": "sales", "read_only": True, "sql": "SELECT 42"}
    ]


def test_charts_are_kept_replaced_and_forgotten(web: TestClient, database: Path) -> None:
    body = {"label": "Sales", "conn_id": "sales", "sql": "SELECT 1"}
    first = web.post(f"{URL}/charts", json=body)
    assert first.status_code == 201
    again = web.post(f"{URL}/charts", json={**body, "sql": "SELECT 2", "chart_type": "bar"})
    assert again.json() == first.json()
    (kept,) = web.get(URL).json()["charts"]
    assert (kept["label"], kept["sql"], kept["chart_type"]) == ("Sales", "SELECT 2", "bar")
    assert web.post(f"{URL}/charts", json={**body, "label": " "}).status_code in {400, 422}
    path = f"{URL}/charts/{kept['id']}"
    assert web.delete(path).status_code == 204
    assert web.delete(path).status_code == 404


def test_known_events_are_kept_by_kind_and_end_after_they_start(
    web: TestClient, database: Path
) -> None:
    body = {
        "label": "Black Friday",
        "kind": "Campaign",
        "start_date": "2026-11-27T00:00:00+01:00",
        "end_date": "2026-11-28T00:00:00Z",
    }
    for label in ("Black Friday", "Cyber Monday"):
        assert web.post(f"{URL}/events", json={**body, "label": label}).status_code == 201
    found = web.get(URL).json()
    assert {event["kind"] for event in found["events"]} == {"Campaign"}
    assert found["events"][0]["start_date"].startswith("2026-11-26T23:00:00")
    backwards = {**body, "end_date": "2026-11-01T00:00:00Z"}
    assert web.post(f"{URL}/events", json=backwards).status_code in {400, 422}
    for event in found["events"]:
        assert web.delete(f"{URL}/events/{event['id']}").status_code == 204
    assert web.get(URL).json()["events"] == []
    assert [each["conn_id"] for each in found["connections"]] == ["sales"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, True),
        (2**53, str(2**53)),
        (float("nan"), "nan"),
        (b"\x01\xff", "0x01ff"),
        ("x" * (CELL + 1), "x" * CELL),
        (None, None),
        (1.5, 1.5),
    ],
)
def test_values_are_shown_without_losing_what_they_are(value: Any, shown: Any) -> None:
    assert cell(value) == shown
