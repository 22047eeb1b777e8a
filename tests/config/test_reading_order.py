"""Which of several sources counts."""

from pathlib import Path

import pytest

from tests.config.make import config
from venturi.config import ConfigError
from venturi.config.load import load

URL = ("database", "sql_alchemy_conn")


def test_without_file_and_environment_every_option_has_its_default(tmp_path: Path) -> None:
    conf = config(tmp_path)
    assert conf.getint("core", "parallelism") == 32
    assert conf.source("core", "parallelism") == "default"
    assert conf.get("core", "dags_folder") == f"{tmp_path}/dags"
    assert conf.notices == ()


def test_the_file_overrules_the_default(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = 4\n")
    assert conf.getint("core", "parallelism") == 4
    assert conf.source("core", "parallelism") == "cfg"


def test_the_environment_overrules_the_file(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = 4\n", AIRFLOW__CORE__PARALLELISM="8")
    assert conf.getint("core", "parallelism") == 8
    assert conf.source("core", "parallelism") == "env"


@pytest.mark.parametrize(
    ("text", "variables", "value", "source"),
    [
        ("", {}, "sqlite:///{home}/airflow.db", "default"),
        ("sql_alchemy_conn_cmd = echo sqlite:////cmd.db", {}, "sqlite:////cmd.db", "cmd"),
        (
            "sql_alchemy_conn_cmd = echo sqlite:////cmd.db\nsql_alchemy_conn = sqlite:////cfg.db",
            {},
            "sqlite:////cfg.db",
            "cfg",
        ),
        (
            "sql_alchemy_conn = sqlite:////cfg.db",
            {"SQL_ALCHEMY_CONN_CMD": "echo sqlite:////env-cmd.db"},
            "sqlite:////env-cmd.db",
            "cmd",
        ),
        (
            "sql_alchemy_conn = sqlite:////cfg.db",
            {
                "SQL_ALCHEMY_CONN_CMD": "echo sqlite:////env-cmd.db",
                "SQL_ALCHEMY_CONN": "sqlite:////env.db",
            },
            "sqlite:////env.db",
            "env",
        ),
    ],
)
def test_a_secret_comes_from_the_first_source_that_names_it(
    tmp_path: Path, text: str, variables: dict[str, str], value: str, source: str
) -> None:
    environment = {f"AIRFLOW__DATABASE__{key}": text for key, text in variables.items()}
    conf = config(tmp_path, f"[database]\n{text}\n", **environment)
    assert conf.get(*URL) == value.format(home=tmp_path)
    assert conf.source(*URL) == source


def test_a_command_runs_once_and_only_when_its_value_is_asked_for(tmp_path: Path) -> None:
    script = tmp_path / "key"
    script.write_text(f"#!/bin/sh\necho run >> {tmp_path}/runs\necho sqlite:////cmd.db\n")
    script.chmod(0o700)
    conf = config(tmp_path, f"[database]\nsql_alchemy_conn_cmd = {script}\n")
    conf.as_dict()
    assert not (tmp_path / "runs").exists()
    assert [conf.get(*URL), conf.get(*URL)] == ["sqlite:////cmd.db"] * 2
    assert (tmp_path / "runs").read_text() == "run\n"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("sh -c 'echo no key >&2; exit 3'", "ended with status 3 and said: no key"),
        ("/no/such/program", "cannot be run (/no/such/program: No such file or directory)"),
        ("echo 'open", "cannot be read (No closing quotation)"),
        ("echo nothing-like-a-url", "has no `://`"),
    ],
)
def test_a_command_that_fails_is_a_mistake_with_its_line(
    tmp_path: Path, command: str, words: str
) -> None:
    conf = config(tmp_path, f"[database]\nsql_alchemy_conn_cmd = {command}\n")
    with pytest.raises(ConfigError) as caught:
        conf.get(*URL)
    assert words in str(caught.value)
    assert f"{tmp_path}/airflow.cfg, line 2" in str(caught.value)


BACKEND = """
class Vault:
    def __init__(self, prefix):
        self.prefix = prefix

    def get_config(self, key):
        if key == "locked":
            raise PermissionError("sealed")
        return {"kept/db": "mysql://u:p@vault/airflow"}.get(f"{self.prefix}/{key}")
"""


def test_a_secrets_backend_is_asked_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_vault_of_this_test.py").write_text(BACKEND)
    monkeypatch.syspath_prepend(str(tmp_path))
    conf = config(
        tmp_path,
        "[secrets]\nbackend = own_vault_of_this_test.Vault\n"
        'backend_kwargs = {"prefix": "kept"}\n'
        "[database]\nsql_alchemy_conn_secret = db\n"
        "[smtp]\nsmtp_password_secret = nothing-there\n[sentry]\nsentry_dsn_secret = locked\n",
    )
    assert conf.get(*URL) == "mysql://u:p@vault/airflow"
    assert conf.source(*URL) == "secret"
    with pytest.raises(ConfigError, match="has no `nothing-there`"):
        conf.get("smtp", "smtp_password")
    with pytest.raises(ConfigError, match=r"failed to give \[sentry\] sentry_dsn .*sealed"):
        conf.get("sentry", "sentry_dsn")


def test_a_secret_without_a_backend_says_so(tmp_path: Path) -> None:
    conf = config(tmp_path, AIRFLOW__SMTP__SMTP_PASSWORD_SECRET="mail")
    with pytest.raises(ConfigError, match=r"\[secrets\] backend names none"):
        conf.get("smtp", "smtp_password")


def test_an_empty_number_leaves_the_next_source_in_charge(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = 4\n", AIRFLOW__CORE__PARALLELISM="")
    assert conf.getint("core", "parallelism") == 4


def test_home_user_and_variables_are_replaced(tmp_path: Path) -> None:
    conf = config(
        tmp_path,
        "[core]\ndags_folder = {AIRFLOW_HOME}/flows\nplugins_folder = ~/plugins\n"
        "[logging]\nbase_log_folder = $LOGS/${TEAM}\n"
        "[smtp]\nsmtp_password = pa$$word$UNKNOWN\n",
        LOGS="/var/log",
        TEAM="data",
    )
    assert conf.get("core", "dags_folder") == f"{tmp_path}/flows"
    assert conf.get("core", "plugins_folder") == "/home/me/plugins"
    assert conf.get("logging", "base_log_folder") == "/var/log/data"
    assert conf.get("smtp", "smtp_password") == "pa$$word$UNKNOWN"


def test_variables_that_name_each_other_end(tmp_path: Path) -> None:
    conf = config(tmp_path, "[smtp]\nsmtp_user = $A\n", A="$B", B="x$A")
    assert conf.get_mandatory_value("smtp", "smtp_user").startswith("x")


def test_airflow_config_names_another_file(tmp_path: Path) -> None:
    other = tmp_path / "etc" / "other.cfg"
    other.parent.mkdir()
    other.write_text("[core]\nparallelism = 5\n")
    conf = config(tmp_path, "[core]\nparallelism = 4\n", AIRFLOW_CONFIG=str(other))
    assert conf.getint("core", "parallelism") == 5
    assert conf.file == other


def test_home_is_airflow_in_the_users_home_by_default() -> None:
    assert str(load({"HOME": "/nowhere/me"}).home) == "/nowhere/me/airflow"
