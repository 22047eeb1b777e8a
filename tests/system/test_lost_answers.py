"""A COMMIT happens, and the connection breaks before its answer: what follows from it is done."""

import pytest

from tests.torture.homes import torture_home
from tests.torture.plan import holds

DAG = """
from datetime import datetime
from airflow import DAG
from airflow.operators.bash import BashOperator

def note(context):
    with open(CALLS, "a") as file:
        print(context["run_id"], file=file)

with DAG("d", start_date=datetime(2020, 1, 1), schedule="@once", on_success_callback=note):
    before = None
    for name in "abcd":
        task = BashOperator(task_id=name, bash_command="true")
        if before is not None:
            before >> task
        before = task
"""
POINT = "after scheduler.step:Stepper.step"


# The run is made, its first task is queued, and each of its four tasks ends: six commits at least.
@pytest.mark.parametrize("turn", range(1, 7))
def test_what_follows_from_a_commit_whose_answer_was_lost_is_done(turn: int) -> None:
    with torture_home() as home:
        calls = home.path / "calls"
        home.env["VENTURI_FAILPOINTS"] = f"{POINT}=raise@{turn}"
        home.dag("d.py", DAG.replace("CALLS", repr(str(calls))))
        scheduler = home.scheduler()
        # Well before the look everywhere of every minute.
        assert home.until_ended("d", 30) == "success"
        home.until(calls.exists, "the callback of the run is called", 20)
        assert f"failpoint: {POINT}: raise" in home.said()
        assert scheduler.poll() is None
        query = "SELECT DISTINCT state, try_number, epoch FROM task_instance"
        assert home.sql(query) == [("success", 1, 1)]
        assert len(calls.read_text().splitlines()) == 1
        holds(home.check())
