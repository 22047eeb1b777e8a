"""Tasks run beside each other, or one after the other, as `[core] executor` says."""

from pathlib import Path

import pytest

from tests.system.home import Home, bash_dag, overlaps

FOUR = {f"t{number}": "sleep 0.3" for number in range(4)}


def intervals(home: Home, dag_id: str) -> list[tuple[str, str]]:
    """When the DAG's task instances ran."""
    rows = home.sql("SELECT start_date, end_date FROM task_instance WHERE dag_id = ?", dag_id)
    return [(str(start), str(end)) for start, end in rows]


def test_the_local_executor_runs_tasks_beside_each_other(home: Home) -> None:
    home.dag("d.py", bash_dag("d", FOUR))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert overlaps(intervals(home, "d"))


def test_the_sequential_executor_runs_one_at_a_time(home: Home) -> None:
    home.option("core", "executor", "SequentialExecutor")
    home.dag("d.py", bash_dag("d", FOUR))
    home.dag("e.py", bash_dag("e", FOUR))
    home.scheduler()
    assert home.until_ended("d") == home.until_ended("e") == "success"
    assert not overlaps(intervals(home, "d") + intervals(home, "e"))


def test_airflow_cfg_chooses_the_executor(home: Home) -> None:
    del home.env["AIRFLOW__CORE__EXECUTOR"]
    home.migrate()
    assert home.airflow("version").returncode == 0
    cfg = home.path / "airflow.cfg"
    cfg.write_text("[core]\nexecutor = SequentialExecutor\n")
    home.scheduler()
    assert "SequentialExecutor (1 at once)" in home.said()


@pytest.mark.parametrize(
    ("dag", "more"),
    [
        ("max_active_tasks=1", ""),
        ("", "max_active_tis_per_dag=1"),
        ("", "pool='narrow'"),
    ],
    ids=["dag", "task", "pool"],
)
def test_limits_hold(home: Home, dag: str, more: str) -> None:
    home.migrate()
    home.change("INSERT INTO slot_pool (pool, slots, include_deferred) VALUES ('narrow', 1, 0)")
    home.dag("d.py", bash_dag("d", FOUR, dag=dag, more=more))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert overlaps(intervals(home, "d")) is bool(more.startswith("max_active_tis"))


def test_parallelism_bounds_all_dags_together(home: Home) -> None:
    home.option("core", "parallelism", "1")
    home.dag("d.py", bash_dag("d", FOUR))
    home.dag("e.py", bash_dag("e", FOUR))
    home.scheduler()
    assert home.until_ended("d") == home.until_ended("e") == "success"
    assert not overlaps(intervals(home, "d") + intervals(home, "e"))


def test_an_unknown_executor_is_named_with_the_way_out(home: Home) -> None:
    home.option("core", "executor", "KubernetesExecutor")
    home.migrate()
    done = home.airflow("scheduler")
    assert done.returncode != 0
    assert "KubernetesExecutor" in done.stderr and "LocalExecutor" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_scheduler_stands_by_and_takes_over(home: Home) -> None:
    first = home.scheduler()
    second = home.start("scheduler", output=home.path / "second.out")
    said = home.path / "second.out"
    home.until(lambda: "standing by" in said.read_text(), "the second stands by")
    first.terminate()
    assert first.wait(20) == 0
    home.until(lambda: "Scheduling with" in said.read_text(), "the second takes over", 10)
    home.dag("d.py", bash_dag("d", {"t": "true"}))
    assert home.until_ended("d") == "success"
    assert second.poll() is None


def test_a_home_with_a_long_path_works_or_says_why(home: Home, tmp_path: Path) -> None:
    deep = tmp_path / ("very-long-name-" * 8)
    done = home.airflow("scheduler", "--num-runs", "1", env={"AIRFLOW_HOME": str(deep)}, seconds=60)
    assert "Traceback" not in done.stderr + done.stdout
