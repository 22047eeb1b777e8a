"""`airflow dags ...` on a database."""

import json
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import make
from tests.cli import dagfile
from tests.cli.conftest import Airflow
from tests.store import home
from venturi.config.paths import run_dir
from venturi.core.states import TaskState
from venturi.spec.timetable.model import CronInterval
from venturi.store.bell import Bell
from venturi.store.engine import Store
from venturi.store.open import open_store
from venturi.store.schema.runs import task_instance

SPEC = make.dag(
    make.task("a"),
    make.task("b", "a"),
    make.task("c", "a", "b"),
    dag_id="one",
    timetable=CronInterval(expr="0 0 * * *"),
    start_date=make.NOW - timedelta(days=3),
)


@pytest.fixture
def one(store: Store) -> Store:
    home.put(store, SPEC, path="/dags/one.py")
    return store


@pytest.fixture
def bell(one: Store) -> Iterator[Bell]:
    """What the scheduler hears."""
    hung = Bell(run_dir(os.environ))
    yield hung
    hung.close()


def test_the_list_says_what_waits_and_how_to_let_it_run(airflow: Airflow, one: Store) -> None:
    assert "paused" not in airflow("dags", "list").err
    airflow("pause", "one")
    home.run(one, SPEC, state="queued")
    said = airflow("dags", "list", "-o", "json")
    (row,) = said.json()
    assert (row["dag_id"], row["is_paused"]) == ("one", True)
    assert row["note"] == "paused: run `airflow dags unpause one` (1 runs wait)"
    assert "airflow dags unpause one" in airflow("list_dags").err


def test_columns_are_chosen_by_name(airflow: Airflow, one: Store) -> None:
    assert airflow("dags", "list", "--columns", "dag_id,owners", "-o", "plain").out == (
        "dag_id  owners\none     airflow\n"
    )
    said = airflow("dags", "list", "--columns", "dag_id,nope")
    assert said.code == 1 and "'nope' is none of" in said.err


def test_pausing_prints_what_scripts_look_for_and_rings(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    assert airflow("pause", "one").out == "Dag: one, paused: True\n"
    assert [ring.dag_ids for ring in bell.answer()] == [("one",)]
    assert airflow("dags", "unpause", "one", "-o", "json").json() == [
        {"dag_id": "one", "is_paused": False}
    ]
    bell.close()


def test_pausing_by_expression_asks_first(airflow: Airflow, one: Store) -> None:
    said = airflow("dags", "pause", "--treat-dag-id-as-regex", "o.e")
    assert said.code == 1 and "Pause 1 DAGs (one)" in said.err
    assert airflow("dags", "pause", "--treat-dag-id-as-regex", "o.e", "-y").code == 0
    assert airflow("dags", "list", "-o", "json").json()[0]["is_paused"]


def test_a_triggered_run_is_announced_and_rings(airflow: Airflow, one: Store, bell: Bell) -> None:
    said = airflow("trigger_dag", "one", "-r", "mine", "-c", '{"a": 1}', "-e", "2020-01-01")
    assert said.out == "Created run mine of one\n"
    row = home.run_row(one, "mine")
    assert (json.loads(row.conf), row.logical_date.isoformat()) == (
        {"a": 1},
        "2020-01-01T00:00:00+00:00",
    )
    assert bell.answer()[0].run_ids == (row.id,)
    bell.close()


def test_a_trigger_of_a_paused_dag_says_that_it_waits(airflow: Airflow, one: Store) -> None:
    airflow("pause", "one")
    said = airflow("dags", "trigger", "one", "-o", "json")
    assert "airflow dags unpause one" in said.err
    (row,) = said.json()
    assert row["dag_run_id"].startswith("manual__") and row["state"] == "queued"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("one", "-c", "[1]"), "conf must be a JSON object, not list"),
        (("one", "-c", "{"), "conf must be a JSON object"),
        (("one", "-e", "soon"), "'soon' is not a date"),
        (("one", "-r", "../x"), "Run id"),
        (("ones",), "Did you mean 'one'?"),
    ],
)
def test_what_cannot_be_triggered_is_told_in_a_sentence(
    airflow: Airflow, one: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow("dags", "trigger", *words)
    assert (said.code, said.out) == (1, "")
    assert sentence in said.err and said.err.count("\n") == 1


def test_a_run_is_replayed_from_a_task_on(airflow: Airflow, bell: Bell) -> None:
    store = open_store()
    done = {name: home.begun() for name in ("a", "b", "c")}
    home.run(store, SPEC, state="success", instances=done)
    said = airflow("dags", "replay", "one", "r1", "--from", "b", "-o", "json")
    (row,) = said.json()
    assert (row["of"], row["taken_over"]) == ("r1", ["a"])
    (note,) = bell.answer()
    assert note.dag_ids == ("one",) and len(note.run_ids) == 1
    states = {ti.task_id: ti.state for ti in home.rows(store, task_instance, run_id=row["run_id"])}
    assert states == {"a": "success", "b": None, "c": None}
    airflow("dags", "pause", "one")
    said = airflow("dags", "replay", "one", "r1", "--latest-code", "-c", "{}")
    assert said.code == 0 and "from r1\n" in said.out and "unpause one" in said.err
    said = airflow("dags", "replay", "one", "r1", "-f", "nope")
    assert said.code == 1 and "no task 'nope'" in said.err
    store.close()


def test_runs_are_listed_newest_first(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "old", state="failed", days_ago=3)
    home.run(one, SPEC, "new", state="success", days_ago=1)
    said = airflow("dags", "list-runs", "-d", "one", "-o", "json")
    assert [row["run_id"] for row in said.json()] == ["new", "old"]
    said = airflow("dags", "list-runs", "--state", "failed", "one", "-o", "json")
    assert [row["run_id"] for row in said.json()] == ["old"]
    assert airflow("dags", "list-runs", "one", "--state", "nope").code == 1
    assert airflow("dags", "list-runs", "ones").code == 1
    assert "Name a DAG" in airflow("dags", "list-runs").err


def test_the_state_of_a_run_is_asked_by_date_or_id(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, "r1", state="failed", days_ago=1)
    assert airflow("dag_state", "one", "r1").out == "failed\n"
    assert airflow("dag_state", "one", "2026-11-21T12:00:00").out == "failed\n"
    said = airflow("dags", "state", "one", "2020-01-01")
    assert said.code == 1 and "list-runs one" in said.err


def test_when_a_dag_is_due_is_shown(airflow: Airflow, one: Store) -> None:
    said = airflow("dags", "next-execution", "one", "-n", "2", "-o", "json")
    first, second = said.json()
    assert first["run_after"] < second["run_after"] == second["data_interval_end"]
    assert airflow("dags", "next-execution", "one").out.strip() == first["logical_date"]
    assert "--field must be one of" in airflow("next_execution", "one", "--field", "x").err


def test_a_graph_is_drawn_as_a_tree_and_for_graphviz(
    airflow: Airflow, one: Store, tmp_path: Path
) -> None:
    assert airflow("dags", "show", "one").out == (
        "a <BashOperator>\n├─ b <BashOperator>\n│  └─ c <BashOperator>\n└─ c <BashOperator>\n"
    )
    assert airflow("dags", "show", "one", "--save", str(tmp_path / "x.dot")).code == 0
    assert '"a" -> "b";' in (tmp_path / "x.dot").read_text()
    assert airflow("dags", "show", "one", "--save", "x.png").code == 1


def test_a_chain_of_thousands_is_drawn_too(airflow: Airflow, store: Store) -> None:
    names = [f"t{number}" for number in range(3000)]
    tasks = [make.task(name, *names[max(0, i - 1) : i]) for i, name in enumerate(names)]
    home.put(store, make.dag(*tasks, dag_id="long"))
    said = airflow("list_tasks", "long", "-t")
    assert len(said.out.splitlines()) == 3000


def test_details_have_schedule_version_and_params(airflow: Airflow, one: Store) -> None:
    (row,) = airflow("dags", "details", "one", "-o", "json").json()
    assert (row["version"], row["tasks"], row["schedule"]) == (1, 3, "0 0 * * *")


def test_a_deleted_dag_stays_away_until_its_file_changes(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, state="success")
    assert airflow("delete_dag", "one").code == 1
    said = airflow("dags", "delete", "one", "--yes")
    assert said.code == 0 and "comes back when the file changes" in said.out
    assert airflow("dags", "list", "-o", "json").json() == []


def test_a_dag_at_work_is_not_deleted(airflow: Airflow, one: Store) -> None:
    home.run(one, SPEC, instances={"a": home.begun(TaskState.RUNNING)})
    said = airflow("dags", "delete", "one", "-y")
    assert said.code == 1 and "1 queued or running task instances" in said.err


def test_import_errors_are_shown_whole(airflow: Airflow, one: Store) -> None:
    from venturi.store.dags import put_import_error

    story = "Traceback ...\nSyntaxError: invalid"
    one.retrying(lambda tx: put_import_error(tx, "/dags/bad.py", story, make.NOW))
    assert "    SyntaxError: invalid" in airflow("dags", "list-import-errors").out
    (row,) = airflow("dags", "list-import-errors", "-o", "json").json()
    assert (row["filepath"], row["error"]) == ("/dags/bad.py", story)
    assert "1 files could not be read" in airflow("dags", "list").err


def test_how_files_were_read_is_reported(airflow: Airflow, one: Store) -> None:
    (row,) = airflow("dags", "report", "-o", "json").json()
    assert (row["file"], row["dag_num"], row["task_num"]) == ("/dags/one.py", 1, 3)
    assert "/dags/one.py" in airflow("list_dags", "-r").out


def test_dag_files_are_listed_without_a_database(airflow: Airflow, tmp_path: Path) -> None:
    dagfile.write(tmp_path / "home")
    dagfile.write(tmp_path / "home", "bad.py", "from airflow import DAG\nraise ValueError('dag')\n")
    said = airflow("dags", "list", "--local", "-o", "json")
    assert [row["dag_id"] for row in said.json()] == ["ct"]
    assert "1 files could not be read" in said.err
    (row,) = airflow("dags", "list-import-errors", "--local", "-o", "json").json()
    assert row["filepath"].endswith("bad.py") and row["error"].endswith("ValueError: dag")
    assert 'bad.py", line 2' in row["error"]
