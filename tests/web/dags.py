"""The DAG files of the browser tests."""

#: What must never become more than text, wherever a person can write it.
EVIL = "\"'><img src=x onerror=window.pwned=1><script>window.pwned=1</script>{{7*7}}"

_TOP = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.bash import BashOperator
from airflow.operators.python import PythonOperator
from airflow.utils.task_group import TaskGroup
START = datetime(2026, 1, 1)
"""

FILES = {
    "ct1.py": _TOP
    + """
with DAG("ct1", start_date=START, schedule=None, is_paused_upon_creation=True, tags=["post"]):
    first = BashOperator(task_id="first", bash_command="sleep 1; echo hello from first")
    second = BashOperator(task_id="second", bash_command="sleep 1; echo {{ dag_run.conf }}")
    first >> second
""",
    "mends.py": _TOP
    + """
with DAG("mends", start_date=START, schedule=None):
    BashOperator(
        task_id="needs_file",
        bash_command="test -e $AIRFLOW_HOME/mended || { echo the file is missing >&2; exit 7; }",
    ) >> BashOperator(task_id="after", bash_command="true")
""",
    "slow.py": _TOP
    + """
with DAG("slow", start_date=START, schedule=None):
    BashOperator(
        task_id="talks",
        bash_command="for i in $(seq 1 900); do echo line $i; sleep 0.2; done",
    ) >> BashOperator(task_id="waits", bash_command="true")
""",
    "grouped.py": _TOP
    + """
with DAG("grouped", start_date=START, schedule="@daily", is_paused_upon_creation=True):
    with TaskGroup("outer"):
        with TaskGroup("inner"):
            a = BashOperator(task_id="a", bash_command="true")
        b = BashOperator(task_id="b", bash_command="true")
    c = BashOperator(task_id="c", bash_command="true")
    a >> b >> c
""",
    "asks.py": _TOP
    + """
from airflow.models.param import Param
with DAG("asks", start_date=START, schedule=None, params={
    "count": Param(3, type="integer", minimum=1, maximum=9, title="How many"),
    "day": Param("2026-01-01", type="string", format="date", description="The day to load"),
    "at": Param(None, type=["null", "string"], format="date-time"),
    "color": Param("red", type="string", enum=["red", "blue"]),
    "several": Param(["a"], type="array", items={"type": "string", "enum": ["a", "b", "c"]}),
    "words": Param("one", type="string", format="multiline"),
    "sure": Param(False, type="boolean"),
    "target": Param({"host": "db", "port": 1}, type="object", required=["host"],
        properties={"host": {"type": "string"}, "port": {"type": "integer"}}),
    "plain": "x",
}):
    BashOperator(task_id="begin", bash_command="true") >> BashOperator(
        task_id="last", bash_command="echo {{ params.count }}")
""",
    "anns.py": _TOP
    + """
with DAG("anns", start_date=START, schedule=None, default_args={"owner": "ann"}):
    BashOperator(task_id="hers", bash_command="true")
with DAG("beas", start_date=START, schedule=None, default_args={"owner": "bea"}):
    BashOperator(task_id="hers", bash_command="true")
""",
    "late.py": _TOP
    + """
from airflow.sdk import Asset, AsyncCallback, DeadlineAlert, DeadlineReference
async def told():
    print("late")
with DAG("late", start_date=START, schedule="@once", deadline=DeadlineAlert(
    reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=0.2),
    callback=AsyncCallback(told), name="in no time",
)):
    BashOperator(task_id="drags", bash_command="sleep 3", sla=timedelta(seconds=1)) >> (
        PythonOperator(task_id="counts", python_callable=lambda: {"rows": 4711},
            outlets=[Asset("warehouse://sales")]))
with DAG("reads", start_date=START, schedule=[Asset("warehouse://sales")],
         access_control={"Readers": {"can_read"}}):
    BashOperator(task_id="reads", bash_command="true")
""",
    "evil.py": _TOP
    + f"""
EVIL = {EVIL!r}
def leave():
    print(EVIL)
    return {{"key": EVIL}}
with DAG(
    "evil", start_date=START, schedule=None, dag_display_name=EVIL, description=EVIL, doc_md=EVIL,
    tags=[EVIL[:90]], default_args={{"owner": EVIL}},
):
    PythonOperator(task_id="leaves", python_callable=leave, task_display_name=EVIL, doc=EVIL)
    BashOperator(task_id="fails", bash_command="echo '" + EVIL.replace("'", "") + "'; exit 1")
""",
}
