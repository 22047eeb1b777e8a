"""Factories of small DAGs for tests of attempts."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from venturi.sdk.template import Templater
from venturi.spec.model import Era


class Task(Templater):
    """The least an operator is: runs `body(context)`."""

    template_fields = ("text",)
    template_ext = (".sql",)
    is_mapped = False
    execution_timeout: Any = None
    do_xcom_push = True
    multiple_outputs = False
    on_execute_callback: Any = None
    retry_policy: Any = None
    owner = "me"
    email: Any = None
    params: Any = None

    def __init__(self, body: Callable[[Any], Any], text: Any = "", **attributes: Any) -> None:
        self.task_id = "t"
        self.body, self.text = body, text
        self.done: list[str] = []
        self.__dict__.update(attributes)
        self.dag: Any = None

    def get_dag(self) -> Any:
        return self.dag

    def pre_execute(self, context: Any) -> None:
        self.done.append("pre_execute")

    def execute(self, context: Any) -> Any:
        self.done.append("execute")
        return self.body(context)

    def post_execute(self, context: Any, result: Any = None) -> None:
        self.done.append("post_execute")

    def on_kill(self) -> None:
        self.done.append("on_kill")


def dag_of(task: Any, **attributes: Any) -> Any:
    """A DAG `d` of this one task."""
    dag = SimpleNamespace(
        dag_id="d",
        era=Era.V3,
        fileloc="/nowhere/dag.py",
        task_dict={task.task_id: task},
        params=None,
        mapped_over=frozenset,
        **attributes,
    )
    task.dag = dag
    return dag
