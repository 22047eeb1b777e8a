"""What happens to people's files: they come, change, break, move and go."""

import json
import signal
import zipfile

import pytest

from tests.system.home import RUNNER, Home, bash_dag, kill, python_dag

#: Every reading has to be over within this many seconds, whatever the file does.
LIMIT = 3

_CYCLE = """
from datetime import datetime
from airflow.operators.bash import BashOperator
with DAG('cycle', start_date=datetime(2020, 1, 1), schedule=None):
    a = BashOperator(task_id='a', bash_command='true')
    b = BashOperator(task_id='b', bash_command='true')
    a >> b >> a
"""
_SAME_TASK = """
from datetime import datetime
from airflow.operators.bash import BashOperator
with DAG('same_task', start_date=datetime(2020, 1, 1), schedule=None):
    BashOperator(task_id='a', bash_command='true')
    BashOperator(task_id='a', bash_command='true')
"""
#: Bodies of files, and a word of their import error.
POISONS = {
    "syntax": ("def broken(:\n    pass\n", "SyntaxError"),
    "loop": ("while True:\n    pass\n", "longer than 3 s"),
    "deaf_loop": (
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n",
        "longer than 3 s",
    ),
    "memory": ("hoard = bytearray(2 << 30)\nhoard[::4096] = b'x' * len(hoard[::4096])\n", "MiB"),
    "exit": ("import os\nos._exit(3)\n", "ended in the middle"),
    "sys_exit": ("import sys\nsys.exit('enough')\n", "sys.exit"),
    "segfault": ("import ctypes\nctypes.string_at(0)\n", "ended in the middle"),
    "recursion": ("def f(): return f()\nf()\n", "RecursionError"),
    "missing": ("import no_such_module_anywhere\n", "no_such_module_anywhere"),
    "cycle": (
        _CYCLE,
        "cycle",
    ),
    "same_task": (_SAME_TASK, "'a'"),
}


def test_poisoned_files_have_their_own_errors_and_harm_nobody(home: Home) -> None:
    home.option("core", "dagbag_import_timeout", str(LIMIT))
    home.option("venturi", "max_import_memory_mb", "256")
    for name, (text, _) in POISONS.items():
        home.dag(f"{name}.py", f"from airflow import DAG\n{text}")
    home.dag("good.py", bash_dag("good", {"t": "echo fine"}))
    home.scheduler()
    assert home.until_ended("good", 60) == "success"
    for name, (_, expected) in POISONS.items():
        path = home.dags / f"{name}.py"
        error = home.until_import_error(path, 60)
        assert expected in error, name
        assert path.name in error
    assert home.value("SELECT count(*) FROM import_error") == len(POISONS)
    assert home.sql("SELECT dag_id FROM dag") == [("good",)]


def test_a_poisoned_file_that_is_mended_runs(home: Home) -> None:
    home.scheduler()
    path = home.dag("d.py", "from airflow import DAG\nimport os\nos._exit(1)\n")
    home.until_import_error(path)
    home.dag("d.py", bash_dag("d", {"t": "true"}))
    assert home.until_ended("d") == "success"
    assert home.import_error(path) == ""


def test_a_dag_id_belongs_to_one_file(home: Home) -> None:
    home.scheduler()
    first = home.dag("one.py", bash_dag("same", {"t": "echo one"}))
    home.until_ended("same")
    second = home.dag("two.py", bash_dag("same", {"t": "echo two"}))
    error = home.until_import_error(second)
    assert "'same'" in error and str(first) in error
    assert home.import_error(first) == ""
    first.unlink()
    query = "SELECT fileloc FROM dag WHERE dag_id = 'same' AND is_active"
    home.until(lambda: home.value(query) == str(second), "the other file has it now")
    assert home.import_error(second) == ""


def test_dags_in_subfolders_behind_links_and_in_archives_run(home: Home) -> None:
    home.dag("team/deep/nested.py", bash_dag("nested", {"t": "true"}))
    elsewhere = home.path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "linked.py").write_text(bash_dag("linked", {"t": "true"}))
    (elsewhere / "folder").mkdir()
    (elsewhere / "folder/inside.py").write_text(bash_dag("inside", {"t": "true"}))
    (home.dags / "link.py").symlink_to(elsewhere / "linked.py")
    (home.dags / "folder").symlink_to(elsewhere / "folder")
    with zipfile.ZipFile(home.dags / "packed.zip", "w") as archive:
        archive.writestr("packed.py", bash_dag("packed", {"t": "true"}))
    home.scheduler()
    for dag_id in ("nested", "linked", "inside", "packed"):
        assert home.until_ended(dag_id) == "success", dag_id


def test_an_edit_behind_a_link_is_live(home: Home) -> None:
    elsewhere = home.path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "linked.py").write_text(bash_dag("linked", {"t": "true"}))
    (home.dags / "link.py").symlink_to(elsewhere / "linked.py")
    home.scheduler()
    home.until_listed("linked")
    (elsewhere / "linked.py").write_text(bash_dag("linked", {"t": "true", "u": "true"}))
    _until_tasks(home, "linked", ["t", "u"])


def test_a_removed_file_disappears(home: Home) -> None:
    home.scheduler()
    path = home.dag("d.py", bash_dag("gone", {"t": "true"}))
    bad = home.dag("bad.py", "from airflow import DAG\nraise ValueError('no')\n")
    home.until_ended("gone")
    home.until_import_error(bad)
    path.unlink()
    bad.unlink()
    query = "SELECT 1 FROM dag WHERE dag_id = 'gone' AND NOT is_active"
    home.until(lambda: home.value(query), "the DAG is gone", 3)
    home.until(lambda: not home.import_error(bad), "its error too", 3)
    assert "gone" not in home.airflow("dags", "list").stdout
    home.dag("d.py", bash_dag("gone", {"t": "true"}))
    home.until_listed("gone", 3)


def _tasks_of(home: Home, dag_id: str) -> list[str]:
    listed = home.value(
        "SELECT v.spec FROM dag d JOIN dag_version v ON v.id = d.version_id WHERE d.dag_id = ?",
        dag_id,
    )
    return sorted(task["task_id"] for task in json.loads(listed or b'{"tasks": []}')["tasks"])


def _until_tasks(home: Home, dag_id: str, tasks: list[str]) -> None:
    home.until(lambda: _tasks_of(home, dag_id) == tasks, f"{dag_id} has tasks {tasks}", 2)


GENERATED = """
from datetime import datetime
from pathlib import Path
import yaml
from airflow import DAG
from airflow.operators.bash import BashOperator
from words import prefix
for name, tasks in yaml.safe_load((Path(__file__).parent / "dags.yaml").read_text()).items():
    with DAG(name, start_date=datetime(2020, 1, 1), schedule=None) as dag:
        for task in tasks:
            BashOperator(task_id=prefix + task, bash_command="true")
    globals()[name] = dag
"""


def test_edits_of_what_a_file_depends_on_are_live_within_two_seconds(home: Home) -> None:
    home.dag("words.py", "prefix = 'a_'\n")
    home.dag("dags.yaml", "red: [x]\n")
    home.dag("gen.py", GENERATED)
    home.scheduler()
    home.until_listed("red")
    assert home.value("SELECT open_because FROM dag_file") is None
    _until_tasks(home, "red", ["a_x"])
    home.dag("dags.yaml", "red: [x, y]\nblue: [z]\n")
    _until_tasks(home, "red", ["a_x", "a_y"])
    _until_tasks(home, "blue", ["a_z"])
    home.dag("words.py", "prefix = 'b_'\n")
    _until_tasks(home, "red", ["b_x", "b_y"])
    home.dag("gen.py", GENERATED.replace("prefix + task", "'c_' + task"))
    _until_tasks(home, "red", ["c_x", "c_y"])
    home.dag("dags.yaml", "red: [x, y]\n")
    query = "SELECT 1 FROM dag WHERE dag_id = 'blue' AND NOT is_active"
    home.until(lambda: home.value(query), "blue is gone", 2)


@pytest.mark.parametrize("before", ["def broken(:\n", "raise OSError('not yet')\n", None])
def test_a_helper_that_is_mended_mends_the_files_that_need_it(
    home: Home, before: str | None
) -> None:
    if before is not None:
        home.dag("words.py", before)
    path = home.dag("gen.py", GENERATED)
    home.dag("dags.yaml", "red: [x]\n")
    home.scheduler()
    home.until_import_error(path)
    home.dag("words.py", "prefix = 'a_'\n")
    home.until_listed("red", 3)
    assert home.import_error(path) == ""


def test_a_data_file_that_appears_mends_the_file_that_needs_it(home: Home) -> None:
    home.dag("words.py", "prefix = 'a_'\n")
    path = home.dag("gen.py", GENERATED)
    home.scheduler()
    assert "dags.yaml" in home.until_import_error(path)
    home.dag("dags.yaml", "red: [x]\n")
    home.until_listed("red", 3)


def test_an_edit_in_place_is_live_too(home: Home) -> None:
    home.scheduler()
    path = home.dag("d.py", bash_dag("d", {"t": "true"}))
    home.until_listed("d")
    path.write_text(bash_dag("d", {"t": "true", "u": "true"}))
    _until_tasks(home, "d", ["t", "u"])


@pytest.mark.parametrize("later", ["echo edited", None], ids=["changed", "removed"])
def test_a_run_that_is_running_is_not_harmed_by_an_edit(home: Home, later: str | None) -> None:
    gate = home.path / "go"
    tasks = {"a": f"until [ -e {gate} ]; do sleep 0.05; done", "b": "echo written first"}
    edited = {"a": tasks["a"], "b": later} if later else {"a": tasks["a"], "c": "true"}
    home.scheduler()
    path = home.dag("d.py", bash_dag("d", tasks, dag="max_active_tasks=1"))
    home.until(lambda: "running" in home.states("d").values(), "the first task runs")
    read = home.value("SELECT file_key FROM dag_file")
    home.dag("d.py", bash_dag("d", edited, dag="max_active_tasks=1"))
    home.until(lambda: home.value("SELECT file_key FROM dag_file") != read, "the edit is read")
    gate.touch()
    assert home.until_ended("d") == "success"
    assert set(home.states("d").values()) <= {"success", "removed"}
    assert home.import_error(path) == ""


def test_ignored_files_are_not_read(home: Home) -> None:
    home.dag(".airflowignore", "skip_*\nprivate/\n")
    home.dag("skip_me.py", bash_dag("skipped", {"t": "true"}))
    home.dag("private/d.py", bash_dag("private", {"t": "true"}))
    home.dag("d.py", bash_dag("seen", {"t": "true"}))
    home.scheduler()
    assert home.until_ended("seen") == "success"
    assert home.sql("SELECT dag_id FROM dag") == [("seen",)]
    home.dag(".airflowignore", "private/\n")
    home.until_listed("skipped", 3)


@pytest.mark.parametrize("trigger", ["variable", "environment"])
def test_what_a_file_asks_at_the_top_is_never_stale(home: Home, trigger: str) -> None:
    asks = {
        "variable": "from airflow.models import Variable\nword = Variable.get('word')",
        "environment": "import os\nword = os.environ['WORD']",
    }[trigger]
    # The task prints what the file's top saw; it is retried until it likes it.
    home.env["WORD"] = "old"
    home.migrate()
    assert home.airflow("variables", "set", "word", "old").returncode == 0
    scheduler = home.scheduler()
    home.dag(
        "d.py",
        python_dag(
            "d",
            "print('the word is', word)\nif word == 'old': raise ValueError('too old')",
            top=asks,
            more="retries=50, retry_delay=0.5",
        ).replace("retry_delay=0.5", "retry_delay=__import__('datetime').timedelta(seconds=0.3)"),
    )
    home.until(lambda: "the word is old" in home.log("d", "t"), "the first try")
    if trigger == "variable":
        assert home.airflow("variables", "set", "word", "new").returncode == 0
    else:
        scheduler.terminate()
        scheduler.wait(20)
        for pid in home.processes(RUNNER):
            kill(pid, signal.SIGTERM)
        home.until(lambda: not home.processes(RUNNER), "the runner has gone")
        home.env["WORD"] = "new"
        home.scheduler()
    assert home.until_ended("d") == "success"
    tries = home.instance("d", "t", "try_number")
    assert "the word is new" in home.log("d", "t", tries)


@pytest.mark.parametrize(
    ("library", "drawn"),
    [("random", "random.random(), random.Random().random()"), ("numpy", "numpy.random.rand(2)")],
)
def test_random_numbers_differ_between_attempts(home: Home, library: str, drawn: str) -> None:
    body = f"""
        import {library}
        print('number', {drawn})
        raise ValueError
    """
    seed = "random.seed(7)" if library == "random" else "numpy.random.seed(7)"
    top = f"import {library}\n{seed}"
    text = python_dag("d", body, top=top, more="retries=2, DELAY")
    delay = "retry_delay=__import__('datetime').timedelta(0)"
    home.dag("d.py", text.replace("DELAY", delay))
    home.scheduler()
    home.until_ended("d")
    numbers = {
        line.split("number ")[1]
        for attempt in (1, 2, 3)
        for line in home.log("d", "t", attempt).splitlines()
        if "number " in line
    }
    assert len(numbers) == 3
    assert home.value("SELECT open_because FROM dag_file") is None
