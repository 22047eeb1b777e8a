"""Everything up and down with one command; units that run this installation; files in deploy/."""

import argparse
import configparser
import getpass
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.home import Home, fresh_home, kill
from venturi.cli.commands.units import KINDS
from venturi.cli.control import SERVICES, pid_file
from venturi.cli.find import find
from venturi.cli.parse import parse
from venturi.cli.table.all import COMMANDS
from venturi.config.table.all import OPTIONS

DEPLOY = Path(__file__).parents[2] / "deploy"


@pytest.fixture
def home() -> Iterator[Home]:
    """A home whose web server has a port of its own."""
    with fresh_home() as made:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            made.option("api", "port", str(probe.getsockname()[1]))
        made.option("api", "host", "127.0.0.1")
        made.option("api", "workers", "1")
        yield made


def pid_of(home: Home, name: str) -> int:
    file = home.path / f"airflow-{name}.pid"
    text = file.read_text().strip() if file.exists() else ""
    return int(text) if text else 0


def rows(home: Home) -> tuple[int, dict[str, dict[str, Any]]]:
    done = home.airflow("status", "-o", "json")
    return done.returncode, {row["component"]: row for row in json.loads(done.stdout)}


@pytest.mark.timeout(240)
def test_up_status_a_crash_and_down(home: Home) -> None:
    home.migrate()
    code, before = rows(home)
    assert code == 1 and before["scheduler"]["health"] == "does not run"
    started = home.airflow("up", seconds=90)
    assert started.returncode == 0, started.stderr
    assert re.search(r"scheduler: process \d+", started.stdout)
    home.until(lambda: rows(home)[0] == 0, "all is well", 60)
    _, now = rows(home)
    assert now.keys() == {"supervisor", "scheduler", "webserver"}
    assert now["scheduler"]["last_heartbeat"] and now["scheduler"]["since"]

    again = home.airflow("up")
    assert again.returncode == 1 and "It runs already" in again.stderr

    first = pid_of(home, "scheduler")
    kill(first, signal.SIGKILL)
    home.until(lambda: pid_of(home, "scheduler") not in {0, first}, "the scheduler runs again", 60)
    home.until(lambda: rows(home)[0] == 0, "all is well again", 60)
    assert "killed by SIGKILL" in (home.path / "airflow-supervisor.log").read_text()

    stopped = home.airflow("down", seconds=90)
    assert stopped.returncode == 0, stopped.stderr
    assert "Waiting for the scheduler" in stopped.stdout
    assert "Everything has stopped." in stopped.stdout
    assert not list(home.path.glob("*.pid"))
    assert not home.processes("airflow scheduler")
    assert "Nothing runs here." in home.airflow("down").stdout


def test_a_pid_file_of_the_dead_is_recognised(home: Home) -> None:
    home.migrate()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    file = home.path / "airflow-scheduler.pid"
    file.write_text(f"{gone.pid}\n")
    code, found = rows(home)
    assert code == 1 and "stale" in found["scheduler"]["health"]
    assert "Nothing runs here." in home.airflow("down").stdout
    assert not file.exists()


@pytest.fixture
def odd_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home whose name needs quoting everywhere."""
    folder = tmp_path / "a home 100%"
    folder.mkdir()
    monkeypatch.setenv("AIRFLOW_HOME", str(folder))
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", "not to be printed")
    return folder


def test_units_for_supervisord_name_this_installation_and_no_secret(odd_home: Path) -> None:
    text = KINDS["supervisord"](list(SERVICES), getpass.getuser())
    assert "not to be printed" not in text and "AIRFLOW__CORE__FERNET_KEY" in text
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.read_string(text)
    assert parsed.sections() == [f"program:airflow-{service.name}" for service in SERVICES]
    for section, service in zip(parsed.sections(), SERVICES, strict=True):
        program, *words = shlex.split(parsed[section]["command"])
        assert os.access(program, os.X_OK) and tuple(words) == service.words
        assert parsed[section]["directory"] % () == str(odd_home)
        assert f'AIRFLOW_HOME="{odd_home}"' in parsed[section]["environment"] % ()


def test_units_for_systemd_name_this_installation(odd_home: Path) -> None:
    text = KINDS["systemd"](list(SERVICES), "ct")
    files = re.split(r"# (/etc/systemd/system/\S+)\n", text)
    assert files[1::2] == [f"/etc/systemd/system/airflow-{s.name}.service" for s in SERVICES]
    for unit, service in zip(files[2::2], SERVICES, strict=True):
        parsed = configparser.ConfigParser(interpolation=None, strict=False)
        parsed.optionxform = str  # type: ignore[assignment, method-assign]
        parsed.read_string(unit)
        program, *words = shlex.split(parsed["Service"]["ExecStart"])
        assert os.access(program, os.X_OK) and tuple(words) == service.words
        assert parsed["Service"]["User"] == "ct"
        assert parsed["Service"]["WorkingDirectory"] == str(odd_home).replace("%", "%%")
        assert f'Environment="AIRFLOW_HOME={odd_home}"'.replace("100%", "100%%") in unit


@pytest.mark.timeout(120)
def test_supervisord_runs_the_printed_units(home: Home) -> None:
    supervisord = Path(sys.executable).parent / "supervisord"
    if not supervisord.exists():
        pytest.fail("supervisor is a development requirement: make install")
    home.migrate()
    unit = home.airflow("units", "supervisord")
    assert unit.returncode == 0, unit.stderr
    # Options from the environment are named and not printed: they belong into airflow.cfg.
    (home.path / "units.conf").write_text(unit.stdout)
    (home.path / "supervisord.conf").write_text(
        f"[supervisord]\nlogfile={home.path}/s.log\npidfile={home.path}/s.pid\nnodaemon=true\n"
        f"user={getpass.getuser()}\n[include]\nfiles=units.conf\n"
    )
    with (home.path / "s.out").open("wb") as out:
        process = subprocess.Popen(
            [supervisord, "-c", str(home.path / "supervisord.conf")],
            env=home.env,
            cwd=home.path,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    home.started.append(process)
    log = home.path / "airflow-scheduler.log"
    home.until(
        lambda: log.exists() and "Scheduling with" in log.read_text(), "the scheduler runs", 60
    )
    web = home.path / "airflow-webserver.log"
    home.until(lambda: web.exists() and "listens at" in web.read_text(), "the web runs", 60)
    process.terminate()
    assert process.wait(60) == 0
    assert "has stopped (SIGTERM)" in log.read_text()


def commands_of(document: Any) -> Iterator[list[str]]:
    """Every list of words that a manifest hands to `airflow`."""
    if isinstance(document, dict):
        for key, value in document.items():
            if key in {"command", "args"}:
                yield value
            elif key == "test" and value[:2] == ["CMD", "airflow"]:
                yield value[2:]
            else:
                yield from commands_of(value)
    elif isinstance(document, list):
        for value in document:
            yield from commands_of(value)


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_what_deploy_says_exists(name: str) -> None:
    text = (DEPLOY / name).read_text()
    documents = list(yaml.safe_load_all(text))
    found = list(commands_of(documents))
    assert len(found) >= 3
    for words in found:
        assert isinstance(parsed(words), argparse.Namespace), words
    known = {f"AIRFLOW__{o.section}__{o.key}".upper() for o in OPTIONS}
    named = set(re.findall(r"AIRFLOW__\w+?__\w+", text))
    assert named and named <= known


def parsed(words: list[str]) -> argparse.Namespace:
    """As the command line reads them; SystemExit where it does not."""
    found = find(words, COMMANDS)
    assert found.command is not None
    return parse(found.command, found.rest)


def test_the_image_starts_a_command_that_exists() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    assert 'ENTRYPOINT ["airflow"]' in text
    (words,) = re.findall(r"^CMD (.*)$", text, re.MULTILINE)
    assert isinstance(parsed(json.loads(words)), argparse.Namespace)


def test_pid_files_lie_in_the_home(odd_home: Path) -> None:
    assert pid_file("scheduler") == odd_home / "airflow-scheduler.pid"
