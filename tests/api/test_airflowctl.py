"""The published `airflowctl`, in an environment of its own, against our server."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import make
from tests.api.processes import CLOSED, Web
from tests.store.home import begun, put, run
from tests.system.home import until
from venturi.core.states import TaskState
from venturi.spec.timetable.model import CronInterval
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser, create_user
from venturi.store.engine import Store

#: Its libraries (httpx, an older rich, ...) are not ours: it must not share our environment.
PACKAGE = "apache-airflow-ctl==0.1.5"
PASSWORD = "correct horse battery"
SPEC = make.dag(
    make.task("a"), make.task("b", "a"), dag_id="d", timetable=CronInterval(expr="@daily")
)
#: A command that ends at once with what it printed.
Ctl = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`airflowctl`, as its users install it."""
    folder = tmp_path_factory.mktemp("airflowctl")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=300)
    install = [str(folder / "bin" / "pip"), "install", "-q", PACKAGE]
    subprocess.run(install, check=True, timeout=600)
    return folder / "bin" / "airflowctl"


@pytest.fixture
def site(home: Path, store: Store) -> Iterator[Web]:
    """A server where one must sign in, with a user and a DAG."""
    put(store, SPEC)
    run(store, SPEC, instances={"a": begun(), "b": begun(TaskState.FAILED)})
    wanted = NewUser(username="ann", roles=("Admin",), password=PASSWORD)
    store.retrying(lambda tx: create_user(tx, wanted, Actor("root", make.NOW)))
    made = Web(home, env=CLOSED)
    try:
        until(made.is_up, "the web server answers")
        yield made
    finally:
        made.end()


@pytest.fixture
def ctl(program: Path, site: Web, tmp_path: Path) -> Ctl:
    """Run a command of it. Its home is apart from the server's."""
    own = tmp_path / "ctl"
    own.mkdir()
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(own),
        "AIRFLOW_HOME": str(own),
        # Tokens go to a file: a machine without a desktop has no keyring.
        "AIRFLOW_CLI_DEBUG_MODE": "true",
    }

    def command(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(program), *words],
            env=environ,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return command


def sign_in(ctl: Ctl, site: Web, password: str) -> "subprocess.CompletedProcess[str]":
    """Sign in as the user."""
    url = site.url.removesuffix("/api/v2/")
    words = ("auth", "login", "--api-url", url, "--username", "ann", "--password", password)
    return ctl(*words)


def rows(ctl: Ctl, *words: str) -> Any:
    """What a command prints, read as JSON."""
    done = ctl(*words, "--output", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.mark.network
@pytest.mark.timeout(900)
def test_it_signs_in_lists_and_changes_things(ctl: Ctl, site: Web) -> None:
    sign_in(ctl, site, "wrong")
    assert ctl("dags", "list").returncode != 0
    right = sign_in(ctl, site, PASSWORD)
    assert right.returncode == 0, right.stdout + right.stderr
    assert [row["dag_id"] for row in rows(ctl, "dags", "list")] == ["d"]
    assert [row["name"] for row in rows(ctl, "pools", "list")] == ["default_pool"]
    assert rows(ctl, "jobs", "list") == []
    made = ctl("variables", "create", "--key", "k", "--value", "v")
    assert made.returncode == 0, made.stdout + made.stderr
    assert [row["key"] for row in rows(ctl, "variables", "list")] == ["k"]
    runs = rows(ctl, "dagrun", "list", "--dag-id", "d", "--limit", "5", "--state", "running")
    assert [row["dag_run_id"] for page in runs for row in page["dag_runs"]] == ["r1"]
    paused = ctl("dags", "pause", "d")
    assert paused.returncode == 0, paused.stdout + paused.stderr
    assert rows(ctl, "dags", "get", "d")[0]["is_paused"] in {True, "True"}
