"""Functions in another Python."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.batteries.make import DATE, context, run
from venturi.batteries.operators.empty import EmptyOperator
from venturi.batteries.operators.python_virtualenv import (
    BranchExternalPythonOperator,
    ExternalPythonOperator,
    PythonVirtualenvOperator,
)
from venturi.batteries.virtualenvs import Wish, cached
from venturi.core.states import TaskState
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException, AirflowSkipException


def whole(a: int, ds: str, logical_date: Any, **names: Any) -> Any:
    import sys

    extra = virtualenv_string_args  # type: ignore[name-defined]  # noqa: F821
    return [sys.argv[0][-9:], a, ds, logical_date, "run_id" in names, extra]


def fails() -> None:
    raise ValueError("boom")


def leaves(code: int) -> None:
    import sys

    sys.exit(code)


async def waits() -> str:
    return "waited"


def asks_for_ti(ti: Any) -> None:
    """Cannot be."""


def called(function: Any, **kwargs: Any) -> Any:
    kwargs.setdefault("python", sys.executable)
    task = ExternalPythonOperator(task_id="p", python_callable=function, **kwargs)
    return task.execute(context())


def test_arguments_and_results_travel() -> None:
    found = called(whole, op_args=[5], string_args=["s"])
    assert found == ["script.py", 5, "2026-11-20", DATE, True, ["s"]]


def test_a_coroutine_function_is_awaited() -> None:
    assert called(waits) == "waited"


def test_an_exception_there_is_the_reason_here() -> None:
    with pytest.raises(
        AirflowException, match="fails failed in the other Python: ValueError: boom"
    ):
        called(fails)


def test_an_exit_code_may_mean_skipped() -> None:
    with pytest.raises(AirflowSkipException):
        called(leaves, op_args=[42], skip_on_exit_code=42)
    with pytest.raises(AirflowException, match="exit code 43"):
        called(leaves, op_args=[43], skip_on_exit_code=[42])


def test_what_cannot_travel_is_named() -> None:
    with pytest.raises(AirflowException, match="asks for 'ti'"):
        called(asks_for_ti)
    with pytest.raises(AirflowException, match="cannot be sent to another Python with pickle"):
        called(leaves, op_args=[lambda: 0])
    with pytest.raises(AirflowException, match="with def"):
        called(lambda: 0)
    with pytest.raises(AirflowException, match="serializer 'marshal' of 'p' is not known"):
        called(waits, serializer="marshal")


def test_a_python_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AirflowException, match="is no program on this machine"):
        called(waits, python=str(tmp_path / "python"))


def test_a_branch_is_chosen_in_another_python() -> None:
    def choose() -> str:
        return "yes"

    with DAG("d"):
        task = BranchExternalPythonOperator(
            task_id="t", python=sys.executable, python_callable=choose
        )
        task >> [EmptyOperator(task_id="yes"), EmptyOperator(task_id="no")]
    result = run(task)
    assert result.state is TaskState.SUCCESS and result.skips == ("no",)


def test_an_environment_is_made_and_used() -> None:
    def where() -> str:
        import sys

        return sys.prefix

    task = PythonVirtualenvOperator(task_id="v", python_callable=where)
    found = task.execute(context())
    assert found != sys.prefix and not Path(found).exists()


def test_an_environment_is_kept_and_used_again(tmp_path: Path) -> None:
    made: list[Sequence[str]] = []

    def run_nothing(command: Sequence[str], env: Mapping[str, str]) -> None:
        made.append(command)
        (Path(command[-1])).mkdir(parents=True, exist_ok=True)

    first = cached(tmp_path, Wish(), run_nothing)
    assert cached(tmp_path, Wish(), run_nothing) == first and len(made) == 1
    other = Wish(system_site_packages=True)
    assert cached(tmp_path, other, run_nothing) != first and len(made) == 2
    assert json.loads((first.parents[1] / "venturi-environment.json").read_text())


def test_passwords_of_indexes_are_in_no_command(tmp_path: Path) -> None:
    seen: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def run_nothing(command: Sequence[str], env: Mapping[str, str]) -> None:
        seen.append((command, env))
        if "venv" in command:
            Path(command[-1]).mkdir(parents=True)

    wish = Wish(requirements=("x",), indexes=("https://me:secret@index.example",))
    cached(tmp_path, wish, run_nothing)
    assert all("secret" not in " ".join(command) for command, _ in seen)
    assert all("secret" in env["PIP_INDEX_URL"] for _, env in seen)
