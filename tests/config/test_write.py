"""The file made on first use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.make import config
from venturi.config import ConfigError
from venturi.config.generated import create
from venturi.config.paths import run_dir
from venturi.config.write import first_config, write_first_config


def test_the_first_file_is_private_and_loads_without_a_word(tmp_path: Path) -> None:
    home = tmp_path / "some" / "airflow"
    environ = {"AIRFLOW_HOME": str(home)}
    assert write_first_config(environ) == home / "airflow.cfg"
    assert (home / "airflow.cfg").stat().st_mode & 0o777 == 0o600
    assert (home / "dags").is_dir()
    conf = config(home)
    assert conf.notices == ()
    assert conf.source("core", "fernet_key") == "cfg"
    assert conf.get("core", "executor") == "LocalExecutor"
    assert not conf.is_set("scheduler", "catchup_by_default")


def test_keys_differ_from_one_installation_to_the_next(tmp_path: Path) -> None:
    assert first_config(tmp_path) != first_config(tmp_path)


def test_every_line_but_the_options_is_a_comment(tmp_path: Path) -> None:
    for line in first_config(tmp_path).splitlines():
        assert not line or line[0] in "#[" or " =" in line
        assert len(line) <= 100 or str(tmp_path) in line


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    file = tmp_path / "airflow.cfg"
    file.write_text("[core]\n")
    assert write_first_config({"AIRFLOW_HOME": str(tmp_path)}) is None
    assert file.read_text() == "[core]\n"


def test_a_key_in_use_before_the_file_was_made_is_kept(tmp_path: Path) -> None:
    key = config(tmp_path).get("core", "fernet_key")
    write_first_config({"AIRFLOW_HOME": str(tmp_path)})
    assert config(tmp_path).get("core", "fernet_key") == key


def test_airflow_config_is_written_where_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "etc" / "my.cfg"
    environ = {"AIRFLOW_HOME": str(tmp_path / "home"), "AIRFLOW_CONFIG": str(file)}
    assert write_first_config(environ) == file
    assert f"dags_folder = {tmp_path}/home/dags" in file.read_text()


def test_of_many_processes_that_start_at_once_one_writes(tmp_path: Path) -> None:
    program = (
        "import sys; sys.stdin.readline()\n"
        "from venturi.config.write import write_first_config\n"
        "from venturi.config import get_config\n"
        "wrote = write_first_config()\n"
        "print(wrote is not None, get_config().get('core', 'fernet_key'))\n"
    )
    environ = {**os.environ, "AIRFLOW_HOME": str(tmp_path / "home")}
    environ.pop("AIRFLOW_CONFIG", None)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate(timeout=60)[0].split() for process in started]
    assert [process.returncode for process in started] == [0] * 6
    assert sorted(wrote for wrote, _ in said) == ["False"] * 5 + ["True"]
    assert len({key for _, key in said}) == 1
    assert sorted(path.name for path in (tmp_path / "home").iterdir()) == ["airflow.cfg", "dags"]


def test_a_folder_without_links_gets_its_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(self: Path, target: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    assert create(tmp_path / "file", "text")
    assert not create(tmp_path / "file", "other")
    assert (tmp_path / "file").read_text() == "text"
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_home_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"cannot be made .*set AIRFLOW_HOME to a folder"):
        write_first_config({"AIRFLOW_HOME": str(tmp_path / "file" / "airflow")})


def test_the_run_folder_is_open_to_its_owner_only(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o755)
    folder = run_dir({"AIRFLOW_HOME": str(tmp_path)})
    assert folder == tmp_path / "run"
    assert folder.stat().st_mode & 0o777 == 0o700
