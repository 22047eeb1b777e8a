"""The bash operator."""

import logging
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.batteries.make import context, is_alive, run, wait_until, written_pid
from venturi.batteries.operators.bash import BashOperator
from venturi.core.states import TaskState
from venturi.sdk.dag import DAG
from venturi.sdk.era import mark
from venturi.sdk.exceptions import AirflowException, AirflowSkipException
from venturi.spec.model import Era


def bash(command: str, **kwargs: Any) -> BashOperator:
    return BashOperator(task_id="b", bash_command=command, **kwargs)


def test_the_last_line_is_the_result_and_all_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="airflow.task")
    assert bash("echo one; echo two >&2; echo three").execute(context()) == "three"
    said = [record.getMessage() for record in caplog.records]
    assert [line for line in said if line in {"one", "two", "three"}] == ["one", "two", "three"]


def test_a_processor_makes_the_result_of_the_last_line() -> None:
    assert bash("echo '5'", output_processor=int).execute(context()) == 5


def test_a_failure_names_the_exit_code_and_the_end_of_the_output() -> None:
    with pytest.raises(AirflowException) as caught:
        bash("for i in 1 2 3 4 5 6 7; do echo line $i; done; exit 7").execute(context())
    said = str(caught.value)
    assert said.startswith("Bash command failed: exit code 7")
    assert "line 7" in said and "line 3" in said and "line 2" not in said


def test_a_signal_is_called_by_its_name() -> None:
    with pytest.raises(AirflowException, match="ended by SIGKILL"):
        bash("kill -9 $$").execute(context())


@pytest.mark.parametrize(
    ("given", "code", "skips"),
    [({}, 99, True), ({"skip_on_exit_code": None}, 99, False),
     ({"skip_on_exit_code": [3, 4]}, 4, True), ({"skip_on_exit_code": 3}, 99, False)],
)  # fmt: skip
def test_an_exit_code_can_mean_skipped(given: dict[str, Any], code: int, skips: bool) -> None:
    with pytest.raises(AirflowException) as caught:
        bash(f"exit {code}", **given).execute(context())
    assert isinstance(caught.value, AirflowSkipException) is skips


def test_a_file_of_1x_knows_no_exit_code_for_skipped() -> None:
    names: dict[str, Any] = {"__name__": "old_dag", "BashOperator": BashOperator}
    mark(names, Era.V1)
    exec("made = BashOperator(task_id='b', bash_command='exit 99')", names)
    with pytest.raises(AirflowException, match="exit code 99") as caught:
        names["made"].execute(context())
    assert not isinstance(caught.value, AirflowSkipException)


def test_the_command_knows_its_task_and_the_given_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OUTER", "outer")
    show = "echo $AIRFLOW_CTX_DAG_ID-$AIRFLOW_CTX_TASK_ID-${OUTER:-none}-${MINE:-none}"
    assert bash(show).execute(context()) == "d-t-outer-none"
    assert bash(show, env={"MINE": "m"}).execute(context()) == "d-t-none-m"
    assert bash(show, env={"MINE": "m"}, append_env=True).execute(context()) == "d-t-outer-m"


def test_it_runs_in_the_given_folder_or_in_one_that_vanishes(tmp_path: Path) -> None:
    assert bash("pwd -P", cwd=str(tmp_path)).execute(context()) == str(tmp_path.resolve())
    own = bash("touch left-over; pwd -P").execute(context())
    assert own != str(Path.cwd()) and not Path(own).exists()


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(AirflowException, match="is not a folder"):
        bash("true", cwd=str(tmp_path / "nowhere")).execute(context())


def test_an_empty_command_is_refused() -> None:
    with pytest.raises(AirflowException, match="non-empty"):
        bash("  ").execute(context())


def test_on_kill_ends_the_command_and_what_it_started(tmp_path: Path) -> None:
    task = bash(f"sleep 1000 & echo $! > {tmp_path}/child; wait")
    ended: list[BaseException] = []

    def run() -> None:
        try:
            task.execute(context())
        except AirflowException as error:
            ended.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    child = written_pid(tmp_path / "child")
    task.on_kill()
    thread.join(20)
    assert not thread.is_alive()
    wait_until(lambda: not is_alive(child), "end of the child")
    assert "SIGTERM" in str(ended[0])


def test_a_command_that_takes_too_long_ends_with_what_it_started(tmp_path: Path) -> None:
    command = f"sleep 1000 & echo $! > {tmp_path}/child; wait"
    with DAG("d"):
        task = BashOperator(
            task_id="b", bash_command=command, execution_timeout=timedelta(seconds=1)
        )
    result = run(task)
    assert result.state is TaskState.FAILED and "execution_timeout" in result.reason
    child = written_pid(tmp_path / "child")
    wait_until(lambda: not is_alive(child), "end of the child")
