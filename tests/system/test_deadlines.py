"""SLAs, deadlines and DAGs that only fail, with real processes."""

import json

from tests.system.home import Home

LATE = """
import json
from datetime import datetime, timedelta, timezone
from airflow import DAG
from airflow.operators.bash import BashOperator

def told(dag, task_list, blocking_task_list, slas, blocking_tis):
    facts = [dag.dag_id, [s.task_id for s in slas], [t.task_id for t in blocking_tis]]
    open({out!r}, "w").write(json.dumps(facts))

# The day before yesterday began with a run that was due long ago.
start = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
with DAG("late", start_date=start - timedelta(days=2), schedule_interval="@daily", catchup=False,
         sla_miss_callback=told):
    slow = BashOperator(task_id="slow", sla=timedelta(seconds=1),
                        bash_command="until [ -e {gate} ]; do sleep 0.05; done")
    slow >> BashOperator(task_id="after", bash_command="true")
"""


def test_a_task_that_misses_its_sla_is_told_of_once(home: Home) -> None:
    out, gate = home.path / "told.json", home.path / "go"
    home.dag("late.py", LATE.format(out=str(out), gate=gate))
    home.scheduler()
    home.until(out.exists, "sla_miss_callback was called", 30)
    rows = home.until(
        lambda: home.sql("SELECT task_id, dag_id FROM sla_miss WHERE notification_sent"),
        "that it was told is noted",
    )
    assert rows == [("slow", "late")]
    gate.touch()
    assert home.until_ended("late") == "success"
    assert json.loads(out.read_text()) == ["late", ["slow"], ["slow", "after"]]
    assert len(home.sql("SELECT * FROM sla_miss")) == 1


ALERT = """
from datetime import datetime, timedelta
from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, DeadlineReference
from airflow.providers.standard.operators.bash import BashOperator

async def told(text, context):
    open({out!r}, "w").write(text + " " + context["dag_run"].run_id)

with DAG("alert", schedule="@once", start_date=datetime(2020, 1, 1), deadline=DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=0.2),
    callback=AsyncCallback(told, kwargs={{"text": "late: {{{{ dag_run.dag_id }}}}"}}),
)):
    BashOperator(task_id="t", bash_command="until [ -e {out} ]; do sleep 0.05; done")
"""


def test_a_run_that_misses_its_deadline_calls_back(home: Home) -> None:
    out = home.path / "told"
    home.dag("alert.py", ALERT.format(out=str(out)))
    home.scheduler()
    assert home.until_ended("alert") == "success"  # its task waits for the callback
    ((run_id,),) = home.sql("SELECT run_id FROM dag_run")
    assert out.read_text() == f"late: alert {run_id}"
    assert home.sql("SELECT missed FROM deadline") == [(1,)]


FAILS = """
from datetime import datetime
from airflow.sdk import DAG
from airflow.providers.standard.operators.bash import BashOperator

with DAG("fails", schedule="@hourly", start_date=datetime(2020, 1, 1), catchup=True,
         max_active_runs=1, max_consecutive_failed_dag_runs=3):
    BashOperator(task_id="t", bash_command="exit 1")
"""


def test_a_dag_that_only_fails_is_paused(home: Home) -> None:
    home.dag("fails.py", FAILS)
    home.scheduler()
    home.until(lambda: home.value("SELECT is_paused FROM dag"), "it is paused", 30)
    failed = "SELECT count(*) FROM dag_run WHERE state = 'failed'"
    assert home.value(failed) == 3
    ((extra,),) = home.sql("SELECT extra FROM log WHERE event = 'paused'")
    assert "3 runs failed in a row" in extra
    said = home.airflow("why", "fails")
    assert "paused" in said.stdout
