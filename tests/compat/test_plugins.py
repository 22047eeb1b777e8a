"""Plugins, listeners and policies of an installation."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from venturi.plugins.listeners import listener_manager, register_listeners, tell
from venturi.plugins.policies import LocalSettingsBroken, find_policies
from venturi.plugins.spec import SPECS, hookimpl

PLUGIN = """
from airflow.plugins_manager import AirflowPlugin

class Answer:
    value = 42

def shout(text):
    return text.upper()

class Mine(AirflowPlugin):
    name = "mine"
    operators = [Answer]
    macros = [shout]
"""


def python(source: str, home: Path) -> str:
    """What `source` prints in a fresh Python with this AIRFLOW_HOME."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source)],
        capture_output=True,
        text=True,
        env={"AIRFLOW_HOME": str(home), "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "mine.py").write_text(PLUGIN)
    return tmp_path


def test_classes_of_a_plugin_are_imported_as_in_1_x(home: Path) -> None:
    printed = python(
        f"""
        from venturi.plugins.load import load_plugins
        load_plugins({str(home / "plugins")!r})
        from airflow.operators.mine import Answer
        from airflow.operators import Answer as flat
        from airflow import macros
        from venturi.sdk import macros
        print(Answer.value, flat is Answer, macros.mine.shout("a"))
        """,
        home,
    )
    assert printed == "42 True A"


def test_a_dag_file_that_runs_by_itself_finds_its_plugins(home: Path) -> None:
    assert python("from airflow.operators.mine import Answer; print(Answer.value)", home) == "42"


def test_a_broken_plugin_is_reported_and_harms_no_other(home: Path) -> None:
    (home / "plugins" / "broken.py").write_text("1 / 0")
    printed = python(
        f"""
        from venturi.plugins.load import load_plugins
        loaded = load_plugins({str(home / "plugins")!r})
        print([p.name for p in loaded.plugins], loaded.errors[0].reason)
        """,
        home,
    )
    assert printed == "['mine'] ZeroDivisionError: division by zero"


def test_a_plugin_without_a_name_is_refused(home: Path) -> None:
    (home / "plugins" / "mine.py").write_text(PLUGIN.replace('name = "mine"', "pass"))
    printed = python(
        f"""
        from venturi.plugins.load import load_plugins
        print(load_plugins({str(home / "plugins")!r}).errors[0].reason)
        """,
        home,
    )
    assert 'set the class attribute name = "..."' in printed


def test_nothing_is_loaded_unless_asked_for() -> None:
    from venturi.plugins.loaded import Plugins

    assert Plugins().gathered("operators") == []


class Listener:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    @hookimpl
    def on_dag_run_success(self, dag_run: object) -> None:
        self.heard.append(dag_run)


class Grumbler:
    """Fails at everything."""

    @hookimpl
    def on_dag_run_success(self) -> None:
        raise RuntimeError("no")


def test_listeners_hear_what_they_want_though_another_fails() -> None:
    listener, grumbler = Listener(), Grumbler()
    register_listeners([grumbler, listener, grumbler])
    try:
        tell("on_dag_run_success", dag_run="run", msg="all tasks succeeded")
    finally:
        for each in (listener, grumbler):
            listener_manager().unregister(each)
    assert listener.heard == ["run"]


def test_every_call_of_the_specification_can_be_told() -> None:
    named = {name for spec in SPECS for name in vars(spec) if not name.startswith("__")}
    assert {"on_starting", "on_task_instance_skipped", "on_asset_changed"} <= named
    for name in named:
        assert hasattr(listener_manager().hook, name)


def test_policies_of_the_installation_win_over_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "airflow_local_settings.py").write_text(
        "def policy(task):\n    task.queue = 'slow'\n"
        "def get_dagbag_import_timeout(path):\n    return 7.0\n"
    )
    policies = find_policies(tmp_path)

    class Task:
        queue = "default"

    policies["task_policy"](Task)
    assert Task.queue == "slow"
    assert policies["get_dagbag_import_timeout"]("/dags/a.py") == 7.0
    assert policies["dag_policy"](object()) is None
    assert policies["get_airflow_context_vars"]({}) == {}


def test_broken_local_settings_name_their_file(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "airflow_local_settings.py").write_text("import nothing_like_this")
    with pytest.raises(LocalSettingsBroken, match=r"airflow_local_settings\.py cannot be imported"):
        find_policies(tmp_path)


class Misled:
    """Wants an argument that nobody gives."""

    @hookimpl
    def on_dag_run_success(self, dag_run: object, weather: object) -> None:
        raise AssertionError


def test_a_listener_that_asks_for_the_unknown_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    listener, misled = Listener(), Misled()
    register_listeners([misled, listener])
    try:
        assert "weather" in caplog.text
        tell("on_dag_run_success", dag_run="run", msg="")
        assert not listener_manager().is_registered(misled)
    finally:
        listener_manager().unregister(listener)
    assert listener.heard == ["run"]


@pytest.mark.parametrize(
    "broken", ["raise ValueError('not today')", "raise SystemExit('not today')"]
)
def test_a_plugin_that_fails_at_loading_harms_no_other(home: Path, broken: str) -> None:
    (home / "plugins" / "also.py").write_text(
        PLUGIN.replace('name = "mine"', 'name = "also"')
        + f"\n    @classmethod\n    def on_load(cls):\n        {broken}\n"
    )
    printed = python(
        f"""
        from venturi.plugins.load import load_plugins
        loaded = load_plugins({str(home / "plugins")!r})
        print([p.name for p in loaded.plugins], loaded.errors[0].source, loaded.errors[0].reason)
        """,
        home,
    )
    assert printed.startswith("['mine'] also") and printed.endswith("not today")
