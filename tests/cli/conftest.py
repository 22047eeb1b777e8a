"""A home of its own for every test, and the program `airflow` in this process."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from venturi.cli.main import main
from venturi.config import get_config
from venturi.store.engine import Store
from venturi.store.open import open_store


class Said(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)


Airflow = Callable[..., Said]


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["airflow"])
    get_config.cache_clear()
    yield tmp_path / "home"
    get_config.cache_clear()


@pytest.fixture
def airflow(capsys: pytest.CaptureFixture[str]) -> Airflow:
    """`airflow("dags", "list")` runs the command in this process."""

    def run(*words: str) -> Said:
        get_config.cache_clear()  # a command reads the configuration anew, as a process does
        capsys.readouterr()
        code = main(words)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def program(tmp_path: Path) -> Airflow:
    """The same in a process of its own, where logging is as in real life."""

    def run(*words: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "venturi.cli", *words],
            env={**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def store(airflow: Airflow) -> Iterator[Store]:
    """The home's database, made by the command that makes it."""
    assert airflow("db", "migrate").code == 0
    made = open_store()
    yield made
    made.close()
