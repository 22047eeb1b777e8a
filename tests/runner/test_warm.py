"""Templates compiled before forking."""

from tests.runner.make import Task, dag_of
from venturi.batteries import callables
from venturi.runner.warm import warm_dag
from venturi.sdk.template_env import environment_of


def test_a_warm_dag_has_its_templates_compiled() -> None:
    dag = dag_of(Task(lambda context: None, {"a": ["{{ ds }}", "plain", "q.sql"]}))
    warm_dag(dag)
    assert list(environment_of(dag)._compiled) == ["{{ ds }}"]


def test_a_broken_template_is_left_to_whoever_runs_it() -> None:
    warm_dag(dag_of(Task(lambda context: None, "{{ broken")))


def test_what_functions_take_is_looked_at_before() -> None:
    def wants(ds: str) -> None: ...

    warm_dag(dag_of(Task(lambda context: None, python_callable=wants)))
    before = callables._remembered.cache_info()
    assert list(callables.parameters_of(wants) or ()) == ["ds"]
    assert callables._remembered.cache_info().hits == before.hits + 1


def test_a_dag_that_cannot_be_looked_at_is_left_alone_too() -> None:
    def broken() -> frozenset[str]:
        raise RuntimeError("no")

    dag = dag_of(Task(lambda context: None, "{{ ds }}"))
    dag.mapped_over = broken
    warm_dag(dag)
    assert list(environment_of(dag)._compiled) == ["{{ ds }}"]
