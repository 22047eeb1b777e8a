"""Templates compiled before forking."""

from tests.runner.make import Task, dag_of
from venturi.runner.warm import warm_dag
from venturi.sdk.template_env import environment_of


def test_a_warm_dag_has_its_templates_compiled() -> None:
    dag = dag_of(Task(lambda context: None, {"a": ["{{ ds }}", "plain", "q.sql"]}))
    warm_dag(dag)
    assert list(environment_of(dag)._compiled) == ["{{ ds }}"]


def test_a_broken_template_is_left_to_whoever_runs_it() -> None:
    warm_dag(dag_of(Task(lambda context: None, "{{ broken")))
