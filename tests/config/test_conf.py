"""The object people know."""

import os
from pathlib import Path

import pytest

from tests.config.make import config
from venturi.config import ConfigError, get_config
from venturi.config.conf import HIDDEN


def test_text_is_read_as_what_it_is(tmp_path: Path) -> None:
    conf = config(
        tmp_path,
        "[core]\nload_examples = t\nparallelism = 30.0  # enough\nallowed_deserialization_classes ="
        "\n  a.B,\n  c.D e.F\n"
        '[celery]\nextra_celery_config = {"a": 1}\n[email]\nemail_backend = os.path.join\n',
    )
    assert conf.getboolean("core", "load_examples") is True
    assert conf.getint("core", "parallelism") == 30
    assert conf.get("core", "parallelism") == "30.0"
    assert conf.getfloat("core", "dagbag_import_timeout") == 30.0
    assert conf.getlist("core", "allowed_deserialization_classes") == ["a.B", "c.D", "e.F"]
    assert conf.getjson("celery", "extra_celery_config") == {"a": 1}
    assert conf.getimport("email", "email_backend") is os.path.join
    assert conf.getpath("core", "dags_folder") == tmp_path / "dags"


def test_choices_are_taken_in_any_case(tmp_path: Path) -> None:
    text = "[logging]\nlogging_level = debug\n[api]\nexpose_config = 1\n"
    conf = config(tmp_path, text)
    assert conf.get("logging", "logging_level") == "DEBUG"
    assert conf.get("api", "expose_config") == "True"


def test_a_fallback_counts_only_for_what_is_unset_and_has_no_default(tmp_path: Path) -> None:
    conf = config(tmp_path)
    assert conf.get("core", "executor", fallback="Mine") == "LocalExecutor"
    assert conf.get("smtp", "smtp_user", fallback="me") == "me"
    assert conf.get("smtp", "smtp_user") is None
    assert conf.getfloat("core", "default_task_execution_timeout", fallback=None) is None
    assert conf.get("acme", "flavour", fallback=None) is None
    assert conf.getint("acme", "flavour", fallback=3) == 3
    assert conf.getjson("acme", "flavour", fallback=[]) == []


def test_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    conf = config(tmp_path)
    with pytest.raises(ConfigError, match=r"\[acme/flavour\] not found"):
        conf.get("acme", "flavour")
    with pytest.raises(ConfigError, match=r"\[smtp\] smtp_user is not set and must be"):
        conf.get_mandatory_value("smtp", "smtp_user")
    with pytest.raises(ConfigError, match=r"\[core\] executor must be a whole number"):
        conf.getint("core", "executor")


def test_an_object_that_cannot_be_imported_names_its_line(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nxcom_backend = no_such_module.Thing\n")
    with pytest.raises(ConfigError, match=r"line 2: \[core\] xcom_backend is no_such_module"):
        conf.getimport("core", "xcom_backend")


def test_secrets_are_hidden_unless_asked_for(tmp_path: Path) -> None:
    conf = config(tmp_path, "[smtp]\nsmtp_password = hunter2\nsmtp_user = me\n")
    assert conf.as_dict()["smtp"]["smtp_password"] == HIDDEN
    assert conf.as_dict()["core"]["fernet_key"] == HIDDEN
    assert conf.as_dict(display_sensitive=True)["smtp"]["smtp_password"] == "hunter2"
    assert conf.as_dict(display_source=True)["smtp"]["smtp_user"] == ("me", "cfg")
    assert conf.as_dict(display_source=True)["smtp"]["smtp_password"] == (HIDDEN, "cfg")
    assert "hunter2" in conf.secret_values()


def test_is_set_tells_a_choice_from_a_default(tmp_path: Path) -> None:
    assert not config(tmp_path).is_set("scheduler", "catchup_by_default")
    conf = config(tmp_path, "[scheduler]\ncatchup_by_default = False\n")
    assert conf.is_set("scheduler", "catchup_by_default")
    assert conf.has_option("smtp", "smtp_host")
    assert not conf.has_option("smtp", "smtp_user")


def test_a_section_is_read_by_the_types_of_its_options(tmp_path: Path) -> None:
    text = "[celery_broker_transport_options]\nvisibility_timeout = 300\nmaster_name = m\n"
    conf = config(tmp_path, text)
    section = conf.getsection("celery_broker_transport_options")
    assert section == {"visibility_timeout": 300, "master_name": "m"}
    assert conf.notices == ()
    smtp = conf.getsection("smtp")
    assert smtp is not None and smtp["smtp_port"] == 25 and smtp["smtp_ssl"] is False
    assert conf.getsection("nothing") is None
    assert conf.has_section("smtp") and not conf.has_section("nothing")
    assert "smtp_port" in conf.options("smtp")


def test_the_database_url_is_ready_for_the_driver(tmp_path: Path) -> None:
    conf = config(tmp_path, "[database]\nsql_alchemy_conn = sqlite:///airflow.db\n")
    assert conf.database_url().url == f"sqlite:///{tmp_path}/airflow.db"
    conf = config(tmp_path, "[core]\nsql_alchemy_conn = mysql://ct:152108@localhost/airflow\n")
    assert conf.database_url().url == "mysql+pymysql://ct:152108@localhost/airflow"


def test_a_generated_key_stays_the_same(tmp_path: Path) -> None:
    first = config(tmp_path).get("core", "fernet_key")
    assert config(tmp_path).get("core", "fernet_key") == first
    kept = tmp_path / "keys" / "core.fernet_key"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700


def test_a_key_that_cannot_be_kept_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("")
    with pytest.raises(ConfigError, match="keys"):
        config(tmp_path).get("core", "fernet_key")


def test_json_and_numbers_of_unchecked_options_name_their_line(tmp_path: Path) -> None:
    text = "[venturi]\nextra_sections = acme\n[acme]\nflavour = {\nwhere =\n"
    conf = config(tmp_path, text)
    with pytest.raises(ConfigError, match=r"line 4: \[acme\] flavour must be JSON"):
        conf.getjson("acme", "flavour")
    with pytest.raises(ConfigError, match=r"line 4: \[acme\] flavour must be a number, not `{`"):
        conf.getfloat("acme", "flavour")
    with pytest.raises(ConfigError, match=r"line 5: \[acme\] where is empty and must name a path"):
        conf.getpath("acme", "where")


def test_a_database_url_that_came_by_command_names_it(tmp_path: Path) -> None:
    conf = config(tmp_path, "[database]\nsql_alchemy_conn_cmd = echo sqlite:///:memory:\n")
    with pytest.raises(ConfigError, match=r"line 2: what \[database\] sql_alchemy_conn got"):
        conf.database_url()


def test_a_file_with_secrets_that_all_may_read_is_told(tmp_path: Path) -> None:
    conf = config(tmp_path, "[smtp]\nsmtp_password = hunter2\n")
    assert not conf.notices
    conf.file.chmod(0o644)
    (notice,) = conf.notices
    assert "chmod 600" in notice.text


def test_a_short_key_is_told_and_used(tmp_path: Path) -> None:
    conf = config(tmp_path, "[api]\nsecret_key = abc123\n")
    assert conf.get("api", "secret_key") == "abc123"
    (notice,) = conf.notices
    assert "can be guessed" in notice.text and "abc123" not in notice.text


def test_another_airflow_home_in_the_file_is_told(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nairflow_home = /elsewhere\n")
    (notice,) = conf.notices
    assert f"AIRFLOW_HOME is {tmp_path} and counts" in notice.text


def test_a_process_reads_its_configuration_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.delenv("AIRFLOW_CONFIG", raising=False)
    get_config.cache_clear()
    try:
        assert get_config().home == tmp_path
        assert get_config() is get_config()
    finally:
        get_config.cache_clear()
