"""Functions as tasks, and the branches they choose."""

import logging
from typing import Any

import pytest

from tests.batteries.make import context, run
from venturi.batteries.callables import wanted_kwargs
from venturi.batteries.operators.branch import BaseBranchOperator
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.python import BranchPythonOperator, PythonOperator
from venturi.batteries.operators.short_circuit import ShortCircuitOperator
from venturi.core.states import TaskState
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.taskgroup import TaskGroup


def called(function: Any, **kwargs: Any) -> Any:
    return PythonOperator(task_id="p", python_callable=function, **kwargs).execute(context())


def test_a_function_gets_what_its_signature_names() -> None:
    def function(a: int, ds: str, *, b: int, ti: Any, other: int = 7) -> Any:
        return a, ds, b, ti.task_id, other

    assert called(function, op_args=[1], op_kwargs={"b": 2}) == (1, "2026-11-20", 2, "t", 7)


def test_a_function_with_any_keywords_gets_the_whole_context() -> None:
    found = called(lambda **names: names, op_kwargs={"ds": "mine"})
    assert found["ds"] == "mine" and found["run_id"] == "r" and "ti" in found


def test_arguments_by_position_win_over_the_context() -> None:
    def function(ds: str, **names: Any) -> Any:
        return ds, "ds" in names

    assert called(function, op_args=["given"]) == ("given", False)


def test_an_argument_given_twice_is_named() -> None:
    def function(a: int) -> int:
        return a

    with pytest.raises(AirflowException, match="gets a twice"):
        called(function, op_args=[1], op_kwargs={"a": 2})


def test_a_function_without_a_signature_gets_its_own_arguments_only() -> None:
    assert called(dict, op_kwargs={"x": 1}) == {"x": 1}


def test_a_coroutine_function_is_awaited() -> None:
    async def function(ds: str) -> str:
        return ds + "!"

    assert called(function) == "2026-11-20!"


def test_the_result_is_logged_unless_it_is_not_to_be(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airflow.task")
    called(lambda: "hidden", show_return_value_in_logs=False)
    assert "hidden" not in caplog.text
    called(lambda: "shown")
    assert "shown" in caplog.text


def test_1x_asks_for_its_context_and_gets_it() -> None:
    assert called(lambda ds, **_: ds, provide_context=True) == "2026-11-20"


def test_what_is_not_callable_is_refused() -> None:
    with pytest.raises(AirflowException, match="python_callable of 'p' must be a function"):
        called("text")


def test_templates_in_arguments_are_rendered() -> None:
    with DAG("d") as dag:
        task = PythonOperator(
            task_id="t",
            python_callable=lambda a, b, templates_dict: [a, b, templates_dict["c"]],
            op_args=["{{ ds }}"],
            op_kwargs={"b": "{{ run_id }}"},
            templates_dict={"c": "{{ dag.dag_id }}"},
        )
    result = run(dag.get_task(task.task_id))
    assert result.xcoms[0].value == '["2026-11-20", "r", "d"]'


# --- branches ----------------------------------------------------------------------------------


def branches(choice: Any) -> Any:
    """t -> a, b, group(c -> e), all -> join."""
    with DAG("d"):
        task = BranchPythonOperator(task_id="t", python_callable=lambda: choice)
        first, second, join = (EmptyOperator(task_id=each) for each in ("a", "b", "join"))
        with TaskGroup("group") as group:
            EmptyOperator(task_id="c") >> EmptyOperator(task_id="e")
        task >> [first, second, group] >> join
    return run(task)


@pytest.mark.parametrize(
    ("choice", "skipped"),
    [
        ("a", {"b", "group.c"}),
        (["a", "b"], {"group.c"}),
        ("group", {"a", "b"}),
        (None, {"a", "b", "group.c"}),
        ([], {"a", "b", "group.c"}),
    ],
)
def test_what_a_branch_does_not_name_is_skipped(choice: Any, skipped: set[str]) -> None:
    result = branches(choice)
    assert result.state is TaskState.SUCCESS and set(result.skips) == skipped


@pytest.mark.parametrize("choice", ["nowhere", "join", 5])
def test_a_choice_that_does_not_follow_fails_the_task(choice: Any) -> None:
    result = branches(choice)
    assert result.state is TaskState.FAILED and str(choice) in result.reason


def test_a_branch_operator_of_ones_own_chooses_by_its_method() -> None:
    class Mine(BaseBranchOperator):
        def choose_branch(self, context: Any) -> str:
            return "a" if context["ds"] == "2026-11-20" else "b"

    with DAG("d"):
        task = Mine(task_id="t")
        task >> [EmptyOperator(task_id="a"), EmptyOperator(task_id="b")]
    assert run(task).skips == ("b",)


def short(condition: Any, **kwargs: Any) -> Any:
    with DAG("d"):
        task = ShortCircuitOperator(task_id="t", python_callable=lambda: condition, **kwargs)
        clean = EmptyOperator(task_id="clean")
        task >> EmptyOperator(task_id="a") >> EmptyOperator(task_id="b") >> clean.as_teardown()
    return run(task)


def test_a_true_condition_skips_nothing_and_is_the_result() -> None:
    result = short("yes")
    assert not result.skips and result.xcoms[0].value == '"yes"'


def test_a_false_condition_skips_all_that_follows_but_teardowns() -> None:
    result = short(0)
    assert result.state is TaskState.SUCCESS and set(result.skips) == {"a", "b"}


def test_a_false_condition_may_skip_only_what_is_next() -> None:
    assert set(short(None, ignore_downstream_trigger_rules=False).skips) == {"a"}


def test_a_callable_that_cannot_be_hashed_is_given_what_it_names_all_the_same() -> None:
    class Unhashable:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, ds: str) -> str:
            return ds

    assert wanted_kwargs(Unhashable(), (), {}, {"ds": "2026-01-01"}) == {"ds": "2026-01-01"}


def test_what_is_built_in_and_has_no_signature_gets_what_is_said() -> None:
    assert wanted_kwargs(dict.update, (), {"a": 1}, {"ds": "2026-01-01"}) == {"a": 1}
