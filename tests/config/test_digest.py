"""When a runner counts as started with something else."""

from pathlib import Path

import pytest

from venturi.config import get_config
from venturi.config.digest import installation_digest


@pytest.fixture
def environ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__CORE__PLUGINS_FOLDER", str(tmp_path / "plugins"))
    get_config.cache_clear()
    (tmp_path / "plugins").mkdir()
    (tmp_path / "config").mkdir()
    (tmp_path / "airflow.cfg").write_text("[core]\n")
    return {"AIRFLOW_HOME": str(tmp_path), "PATH": "/bin", "TERM": "xterm"}


def test_the_same_is_the_same(environ: dict[str, str]) -> None:
    assert installation_digest(environ) == installation_digest(dict(reversed(environ.items())))


@pytest.mark.parametrize(
    "name", ["PATH", "PYTHONPATH", "AIRFLOW__CORE__PARALLELISM", "DB_PASSWORD"]
)
def test_it_changes_with_the_environment(environ: dict[str, str], name: str) -> None:
    before = installation_digest(environ)
    assert installation_digest({**environ, name: "other"}) != before


@pytest.mark.parametrize("name", ["TERM", "PWD", "SSH_CONNECTION", "XDG_SESSION_ID", "_"])
def test_a_new_terminal_changes_nothing(environ: dict[str, str], name: str) -> None:
    assert installation_digest({**environ, name: "other"}) == installation_digest(environ)


@pytest.mark.parametrize(
    "file", ["airflow.cfg", "plugins/mine.py", "config/airflow_local_settings.py"]
)
def test_it_changes_with_configuration_plugins_and_policies(
    environ: dict[str, str], tmp_path: Path, file: str
) -> None:
    before = installation_digest(environ)
    (tmp_path / file).write_text("# other\n")
    assert installation_digest(environ) != before


def test_a_home_without_files_has_one_too(environ: dict[str, str], tmp_path: Path) -> None:
    assert installation_digest({**environ, "AIRFLOW_HOME": str(tmp_path / "none")})
