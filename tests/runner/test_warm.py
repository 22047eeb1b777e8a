"""What is done once before forking."""

import logging
import sys

import pytest

from tests.runner.make import Task, dag_of
from venturi.runner.warm import warm_dag, warm_process
from venturi.sdk.template_env import environment_of


def test_a_warm_process_has_loaded_what_attempts_need(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "airflow.task")
    warm_process()
    assert "jinja2.ext" in sys.modules
    assert caplog.records == [], "the rehearsal does not show"
    assert not logging.getLogger("airflow.task").disabled


def test_a_warm_dag_has_its_templates_compiled() -> None:
    dag = dag_of(Task(lambda context: None, {"a": ["{{ ds }}", "plain", "q.sql"]}))
    warm_dag(dag)
    assert list(environment_of(dag)._compiled) == ["{{ ds }}"]


def test_a_broken_template_is_left_to_whoever_runs_it() -> None:
    warm_dag(dag_of(Task(lambda context: None, "{{ broken")))
