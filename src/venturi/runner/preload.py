"""What every DAG file and task needs is imported once, in the process that all others fork from."""

import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from venturi.core.attempts import AttemptInfo, RunInfo
from venturi.core.requests import Request

#: Imported in the base. Heavy libraries of users are not here: a host imports them for its file.
MODULES = (
    "airflow",
    "airflow.sdk",
    "decimal",
    "jinja2.ext",
    "jinja2.sandbox",
    "json",
    "pendulum",
    "subprocess",
    "venturi.batteries.operators.bash",
    "venturi.batteries.operators.branch",
    "venturi.batteries.operators.empty",
    "venturi.batteries.operators.python",
    "venturi.runner.attempt",
    "venturi.runner.callbacks",
    "venturi.runner.task",
    "venturi.runner.tasklog",
    "venturi.sdk.dag",
    "venturi.sdk.freeze",
    "venturi.sdk.mapping",
    "venturi.sdk.operator",
    "venturi.sdk.param",
    "venturi.sdk.taskflow",
    "venturi.sdk.taskgroup",
    "venturi.sdk.template",
    "venturi.sdk.template_context",
)


def preload() -> None:
    """Import `MODULES`, and rehearse an attempt: nothing is done for the first time later."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            # Whoever needs it hears why when it is needed.
            logging.getLogger(__name__).warning("%s is not preloaded: %s", name, error)
    rehearse()


class _Nobody:
    """Answers for a rehearsal."""

    def ask(self, request: Request) -> Any:
        """There is nothing to know."""

    def mask(self, secret: str) -> None:
        """There is nothing to hide."""


def rehearse() -> None:
    """Run a bash and a Python task in this process, unheard.

    Every lazy import, compiled pattern and cache that an attempt needs is then in the memory that
    all children share: it saves each of them about ten milliseconds.
    """
    from venturi.batteries.operators.bash import BashOperator
    from venturi.batteries.operators.python import PythonOperator
    from venturi.runner.attempt import run_attempt
    from venturi.runner.tasklog import set_up
    from venturi.sdk.dag import DAG
    from venturi.sdk.freeze import freeze_dag

    at = datetime(2000, 1, 1, tzinfo=UTC)
    with DAG("rehearsal", schedule=None, start_date=at, auto_register=False) as dag:
        PythonOperator(task_id="python", python_callable=_nothing, op_args=["{{ ds }}"])
        BashOperator(task_id="bash", bash_command="true")
    freeze_dag(dag)
    run = RunInfo(
        dag_id="rehearsal", run_id="rehearsal", run_type="manual", run_after=at, logical_date=at
    )
    with _unheard():
        undo = set_up()
        try:
            for task_id in ("python", "bash"):
                attempt = AttemptInfo(ti_id=0, try_number=1, epoch=0, run=run, task_id=task_id)
                run_attempt(dag, attempt, _Nobody())
        finally:
            undo()


def _nothing(_text: str) -> None:
    """The rehearsed task."""


@contextmanager
def _unheard() -> Iterator[None]:
    """Send what is written to descriptors 1 and 2 nowhere, inside the block."""
    sys.stdout.flush()
    kept = os.dup(1), os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    streams = sys.stdout, sys.stderr
    try:
        os.dup2(null, 1)
        os.dup2(null, 2)
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        sys.stderr = sys.stdout
        yield
    finally:
        sys.stdout.close()
        sys.stdout, sys.stderr = streams
        os.dup2(kept[0], 1)
        os.dup2(kept[1], 2)
        for descriptor in (*kept, null):
            os.close(descriptor)
