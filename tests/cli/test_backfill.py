"""`airflow backfill ...`, in its form of today and in those of before."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests import make
from tests.cli.conftest import Airflow
from tests.store import home
from venturi.config.paths import run_dir
from venturi.spec.timetable.model import CronInterval, Null
from venturi.store.bell import Bell
from venturi.store.engine import Store
from venturi.store.schema.later import backfill
from venturi.store.schema.runs import dag_run, task_instance

SPEC = make.dag(
    make.task("a"),
    make.task("b", "a"),
    dag_id="one",
    timetable=CronInterval(expr="0 0 * * *"),
    start_date=make.NOW - timedelta(days=30),
    max_active_runs=4,
)
#: `-s -e` and `--from-date --to-date` of three days
PERIOD = ("-s", "2020-05-14", "-e", "2020-05-16")
FROM_TO = ("--from-date", "2020-05-14", "--to-date", "2020-05-16")


@pytest.fixture
def one(store: Store) -> Store:
    home.put(store, SPEC)
    return store


@pytest.fixture
def bell(one: Store) -> Iterator[Bell]:
    """What the scheduler hears: with it, one is there."""
    hung = Bell(run_dir(os.environ))
    yield hung
    hung.close()


def states(store: Store) -> list[tuple[str, str]]:
    """Day and state of every run."""
    return sorted((f"{r.logical_date:%d}", r.state) for r in home.rows(store, dag_run))


@contextmanager
def ending(store: Store, state_of: Callable[[str], str]) -> Iterator[None]:
    """A scheduler of sorts: runs that wait end at once, in the state for their day."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            for run in home.rows(store, dag_run, state="queued"):
                this = dag_run.c.id == run.id
                state = state_of(f"{run.logical_date:%d}")
                values = {"state": state, "reason": f"it was {state}"}
                home.execute(store, dag_run.update().where(this).values(**values))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(10)


# --- backfill create and its kin -----------------------------------------------------------------


def test_a_backfill_is_made_and_the_scheduler_is_woken(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    said = airflow("backfill", "create", "--dag-id", "one", *FROM_TO, "--max-active-runs", "2")
    assert (said.code, said.out, said.err) == (0, "", "Backfill 1 of one: 3 runs\n")
    assert states(one) == [("14", "queued"), ("15", "queued"), ("16", "queued")]
    (row,) = home.rows(one, backfill)
    assert (row.max_active_runs, row.run_backwards, row.reprocess_behavior) == (2, False, "none")
    assert len(bell.answer()[0].run_ids) == 3


def test_without_a_scheduler_or_with_the_dag_paused_it_says_what_to_do(
    airflow: Airflow, one: Store
) -> None:
    airflow("dags", "pause", "one")
    said = airflow("backfill", "create", "--dag-id", "one", *FROM_TO)
    assert said.code == 0
    assert "airflow dags unpause one" in said.err
    assert "No scheduler is running" in said.err and "airflow scheduler" in said.err


def test_a_dry_run_lists_what_would_be_done_and_does_nothing(airflow: Airflow, one: Store) -> None:
    said = airflow(
        *("backfill", "create", "--dag-id", "one", *FROM_TO, "--run-backwards", "--dry-run"),
        *("-o", "json"),
    )
    rows = said.json()
    assert [row["run_id"][:20] for row in rows] == [f"backfill__2020-05-{d}" for d in (16, 15, 14)]
    assert {row["action"] for row in rows} == {"create"}
    assert home.rows(one, dag_run) == home.rows(one, backfill) == []


def test_conf_and_reprocessing_are_taken_over(airflow: Airflow, one: Store, bell: Bell) -> None:
    create = ("backfill", "create", "--dag-id", "one", *FROM_TO)
    airflow(*create)
    assert "airflow backfill cancel 1" in airflow(*create).err
    airflow("backfill", "cancel", "1")
    said = airflow(*create)
    assert said.code == 0 and "every date has a run already (3 failed)" in said.err
    assert "--reprocess-behavior failed|completed" in said.err
    said = airflow(*create, "--reprocess-behavior", "failed", "--dag-run-conf", '{"x": 1}')
    assert said.code == 0
    assert {row.conf for row in home.rows(one, dag_run)} == {'{"x": 1}'}
    assert airflow(*create, "--dag-run-conf", "[]").code == 1
    assert airflow("backfill", "create", "--dag-id", "one").code == 2


def test_backfills_are_listed_paused_and_cancelled(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    assert airflow("backfill", "list").out == "There are no such backfills.\n"
    airflow("backfill", "create", "--dag-id", "one", *FROM_TO)
    bell.answer()
    assert "is paused" in airflow("backfill", "pause", "1").out
    assert len(bell.answer()[0].run_ids) == 3
    (row,) = airflow("backfill", "list", "-d", "one", "--active", "-o", "json").json()
    assert (row["state"], row["done"], row["runs"]) == ("paused", "0 of 3", {"queued": 3})
    assert "goes on" in airflow("backfill", "unpause", "1").out
    assert "3 runs do not start" in airflow("backfill", "cancel", "1").out
    assert airflow("backfill", "list", "--active", "-o", "json").json() == []
    said = airflow("backfill", "cancel", "1")
    assert said.code == 1 and "is over since" in said.err
    assert "no backfill 9" in airflow("backfill", "pause", "9").err


def test_why_a_run_of_a_backfill_waits_is_told(airflow: Airflow, one: Store, bell: Bell) -> None:
    airflow("backfill", "create", "--dag-id", "one", *FROM_TO, "--max-active-runs", "1")
    run_id = "backfill__2020-05-15T00:00:00+00:00"
    said = airflow("why", "one", run_id, "-o", "json")
    (row,) = [row for row in said.json() if row["rule"] != "no_scheduler"]
    assert row["rule"] == "backfill_max_active_runs"
    airflow("backfill", "pause", "1")
    assert "airflow backfill unpause 1" in airflow("why", "one", run_id).out
    assert "max_active_runs is 4" not in airflow("why", "one").out


# --- the commands of 1.x and 2.x ----------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ("backfill", *PERIOD, "one"),
        ("backfill", "one", *PERIOD),
        ("dags", "backfill", "one", *PERIOD),
    ],
)
def test_it_waits_until_all_runs_are_done(
    airflow: Airflow, one: Store, bell: Bell, words: tuple[str, ...]
) -> None:
    with ending(one, lambda _day: "success"):
        said = airflow(*words)
    assert said.code == 0
    assert said.out.splitlines()[-1] == "3 of 3 runs succeeded, 0 failed"
    assert "Backfill 1 of one: 3 runs" in said.err
    (row,) = home.rows(one, backfill)
    assert row.max_active_runs == SPEC.max_active_runs


def test_it_fails_with_the_runs_that_failed_and_says_why(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    with ending(one, lambda day: "failed" if day == "15" else "success"):
        said = airflow("backfill", *PERIOD, "one")
    assert said.code == 1
    assert "Failed: one backfill__2020-05-15T00:00:00+00:00: it was failed" in said.out
    assert said.out.splitlines()[-1] == "2 of 3 runs succeeded, 1 failed"


def test_on_a_terminal_it_shows_a_bar(
    airflow: Airflow, one: Store, bell: Bell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with ending(one, lambda _day: "success"):
        said = airflow("backfill", *PERIOD, "one")
    assert said.code == 0 and said.out == "3 of 3 runs succeeded, 0 failed\n"
    assert "3 of 3 runs done" in said.err


def test_what_failed_before_is_told_and_runs_again_if_wanted(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    with ending(one, lambda day: "failed" if day == "15" else "success"):
        airflow("backfill", *PERIOD, "one")
    said = airflow("backfill", *PERIOD, "one")
    assert said.code == 1 and "--rerun-failed-tasks" in said.err
    assert "(1 failed, 2 success)" in said.err
    with ending(one, lambda _day: "success"):
        assert airflow("backfill", *PERIOD, "one", "--rerun-failed-tasks").code == 0
    said = airflow("backfill", *PERIOD, "one")
    assert said.code == 0 and "Nothing to do" in said.err
    assert airflow("backfill", *PERIOD, "one", "--reset-dagruns").code == 1  # nobody to ask
    with ending(one, lambda _day: "success"):
        said = airflow("backfill", *PERIOD, "one", "--reset_dagruns", "-y")
    assert said.code == 0 and "3 of 3 runs" in said.out


def test_mark_success_runs_nothing_and_needs_no_scheduler(airflow: Airflow, one: Store) -> None:
    said = airflow("backfill", "-s", "2020-05-14", "-e", "2020-05-15", "--mark_success", "one")
    assert (said.code, said.err) == (0, "")
    assert said.out == "one: 2 runs made and marked success, 0 that were there marked\n"
    assert states(one) == [("14", "success"), ("15", "success")]
    assert {row.state for row in home.rows(one, task_instance)} == {"success"}


def test_only_some_tasks_run_and_the_others_take_no_part(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    with ending(one, lambda _day: "success"):
        words = ("-s", "2020-05-14", "-t", "b", "-i", "-I", "-x", "--delay_on_limit", "3")
        assert airflow("backfill", *words, "one").code == 0
    found = {row.task_id: row.state for row in home.rows(one, task_instance)}
    assert found == {"a": "removed", "b": None}
    (row,) = home.rows(one, backfill)
    assert row.ignores_past_at == row.from_date == row.to_date


def test_its_dry_run_lists_the_dates(airflow: Airflow, one: Store) -> None:
    said = airflow("backfill", *PERIOD, "-dr", "one")
    assert said.code == 0 and said.out.count("it has no run yet") == 3
    assert home.rows(one, dag_run) == []


def test_several_dags_are_filled_by_a_regular_expression(
    airflow: Airflow, one: Store, bell: Bell
) -> None:
    home.put(one, make.dag(make.task("a"), dag_id="other", timetable=Null()))
    with ending(one, lambda _day: "success"):
        said = airflow("dags", "backfill", "^o", "--treat-dag-as-regex", *PERIOD)
    assert said.code == 0 and "4 of 4 runs succeeded" in said.out
    assert airflow("dags", "backfill", "^z", "--treat-dag-as-regex", *PERIOD).code == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("one",), "Name a period"),
        ((*PERIOD, "ones"), "Did you mean 'one'"),
        ((*PERIOD, "one", "--pool", "nowhere"), "There is no pool 'nowhere'"),
        (("-s", "soon", "one"), "'soon' is not a date"),
        ((*PERIOD, "one", "-t", "("), "is not a regular expression"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    airflow: Airflow, one: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow("backfill", *words)
    assert said.code == 1 and sentence in said.err
    assert home.rows(one, dag_run) == []
