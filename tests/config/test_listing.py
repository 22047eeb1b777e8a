"""The configuration as text, and an old file in today's names."""

from pathlib import Path

from tests.config.make import config
from venturi.config.listing import Listing, listed
from venturi.config.update import updated


def test_a_listing_is_a_file_that_says_the_same(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = 4\n[smtp]\nsmtp_password = 5%\n")
    again = config(tmp_path / "again", listed(conf, Listing(sensitive=True)), HOME="/home/me")
    mine, copied = (
        {
            name: text
            for section in each.as_dict(display_sensitive=True).values()
            for name, text in section.items()
        }
        for each in (conf, again)
    )
    assert copied == mine
    assert "5%" not in listed(conf, Listing())


def test_a_listing_shows_what_it_is_asked_for(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = 4\n")
    text = listed(conf, Listing(section="core", descriptions=True, sources=True, variables=True))
    assert text.startswith("[core]\n# Folder with your DAG files.")
    assert "# Variable: AIRFLOW__CORE__PARALLELISM\n# Source: cfg\nparallelism = 4\n" in text
    assert "[smtp]" not in text
    assert "\nparallelism = 32\n" in listed(conf, Listing(section="core", defaults=True))


def test_a_commented_listing_sets_nothing(tmp_path: Path) -> None:
    text = listed(config(tmp_path), Listing(commented=True, examples=True))
    assert "# Example: CeleryExecutor\n# executor = LocalExecutor\n" in text
    assert not config(tmp_path, text).is_set("core", "executor")


OLD = """\
[core]
# how many
dag_concurrency = 3
executor = LocalExecutor
# where the state is
sql_alchemy_conn : sqlite:////a.db

[scheduler]
max_threads = 4
parsing_processes = 5
[webserver]
web_server_port = 81
secret_key_cmd = cat
    /key
rbac = True
[logging]
logging_level = INFO
"""

NEW = """\
[core]
# how many
max_active_tasks_per_dag = 3
executor = LocalExecutor

[scheduler]
[webserver]
rbac = True
[logging]
logging_level = INFO

[database]
# where the state is
sql_alchemy_conn : sqlite:////a.db

[dag_processor]
parsing_processes = 4

[api]
port = 81
secret_key_cmd = cat
    /key
"""


def test_an_old_file_is_rewritten_in_todays_names(tmp_path: Path) -> None:
    new = updated(OLD, "airflow.cfg", tmp_path)
    assert new.text == NEW
    assert new.changes[0] == (
        "line 3: [core] dag_concurrency is now [core] max_active_tasks_per_dag"
    )
    assert new.changes[3] == (
        "line 10: removed [scheduler] parsing_processes, for [dag_processor] parsing_processes is "
        "set too"
    )
    assert config(tmp_path, new.text).notices == ()
    assert updated(new.text, "airflow.cfg", tmp_path) == (new.text, ())


def test_a_rewritten_file_means_the_same(tmp_path: Path) -> None:
    text = (
        f"[database]\nsql_alchemy_conn = sqlite:///{tmp_path}/airflow.db\n"
        "[core]\nsql_alchemy_conn = mysql://ct@localhost/airflow\n"
        "dag_concurrency = 3\nmax_active_tasks_per_dag = 5\n"
    )
    new = updated(text, "airflow.cfg", tmp_path)
    before, after = (config(tmp_path, each) for each in (text, new.text))
    assert after.as_dict(display_sensitive=True) == before.as_dict(display_sensitive=True)
    assert after.notices == ()
    assert len(new.changes) == 3
