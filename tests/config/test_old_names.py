"""Files and variables of every Airflow line go on working."""

import re
from pathlib import Path

import pytest

from tests.config.make import config
from venturi.config.errors import notice_lines
from venturi.config.options import OptionName
from venturi.config.table.all import OPTIONS, options_by_name
from venturi.config.table.unused import is_free, unused_names

#: A file of the 1.9 line as an installation of that time has it: keys of every section, a few
#: changed as people do.
FILE_1_9 = """\
[core]
# The home folder for airflow, default is ~/airflow
airflow_home = {home}
dags_folder = {home}/dags
base_log_folder = {home}/logs
remote_log_conn_id =
encrypt_s3_logs = False
logging_level = INFO
logging_config_class =
log_format = [%%(asctime)s] {{%%(filename)s:%%(lineno)d}} %%(levelname)s - %%(message)s
simple_log_format = %%(asctime)s %%(levelname)s - %%(message)s
executor = CeleryExecutor
sql_alchemy_conn = mysql://ct:15%%2108@localhost/airflow
sql_alchemy_pool_size = 5
sql_alchemy_pool_recycle = 3600
parallelism = 32
dag_concurrency = 12
dags_are_paused_at_creation = True
non_pooled_task_slot_count = 64
max_active_runs_per_dag = 16
load_examples = True
plugins_folder = {home}/plugins
fernet_key = cryptography_not_found_storing_passwords_in_plain_text
donot_pickle = False
dagbag_import_timeout = 30
task_runner = BashTaskRunner
default_impersonation =
security =
unit_test_mode = False
task_log_reader = file.task
enable_xcom_pickling = True
killed_task_cleanup_time = 60

[cli]
api_client = airflow.api.client.local_client
endpoint_url = http://localhost:8080

[api]
auth_backend = airflow.api.auth.backend.default

[operators]
default_owner = Airflow
default_cpus = 1
default_ram = 512

[webserver]
base_url = http://localhost:8081
web_server_host = 0.0.0.0
web_server_port = 8081
web_server_ssl_cert =
web_server_worker_timeout = 120
worker_refresh_interval = 30
secret_key = temporary_key
workers = 4
worker_class = sync
access_logfile = -
expose_config = False
authenticate = True
auth_backend = airflow.contrib.auth.backends.password_auth
filter_by_owner = True
owner_mode = user
dag_default_view = tree
dag_orientation = LR
demo_mode = False
page_size = 100

[email]
email_backend = airflow.utils.email.send_email_smtp

[smtp]
smtp_host = smtp.example.com
smtp_starttls = True
smtp_ssl = False
smtp_user = me@example.com
smtp_port = 587
smtp_password = secret%word
smtp_mail_from = me@example.com

[celery]
celery_app_name = airflow.executors.celery_executor
celeryd_concurrency = 9
worker_log_server_port = 8793
broker_url = amqp://ct:152108@localhost:5672/ct_airflow
celery_result_backend = db+mysql://ct:152108@localhost:3306/airflow
flower_host = 0.0.0.0
default_queue = slow

[dask]
cluster_address = 127.0.0.1:8786

[scheduler]
job_heartbeat_sec = 5
run_duration = -1
min_file_process_interval = 0
dag_dir_list_interval = 120
child_process_log_directory = {home}/logs/scheduler
scheduler_zombie_task_threshold = 300
catchup_by_default = True
statsd_on = False
max_threads = 3
authenticate = False

[ldap]
uri =
user_filter = objectClass=*
bind_password = insecure

[mesos]
master = localhost:5050

[kerberos]
reinit_frequency = 3600

[github_enterprise]
api_rev = v3

[admin]
hide_sensitive_variable_fields = True
"""


def test_a_file_of_the_1_9_line_loads_with_notices_only(tmp_path: Path) -> None:
    conf = config(tmp_path, FILE_1_9.replace("{home}", str(tmp_path)))
    expected = {
        ("database", "sql_alchemy_conn"): "mysql://ct:15%2108@localhost/airflow",
        ("core", "max_active_tasks_per_dag"): "12",
        ("core", "default_pool_task_slot_count"): "64",
        ("celery", "worker_concurrency"): "9",
        ("celery", "result_backend"): "db+mysql://ct:152108@localhost:3306/airflow",
        ("operators", "default_queue"): "slow",
        ("api", "port"): "8081",
        ("api", "base_url"): "http://localhost:8081",
        ("dag_processor", "refresh_interval"): "120",
        ("dag_processor", "parsing_processes"): "3",
        ("dag_processor", "min_file_process_interval"): "0",
        ("smtp", "smtp_password"): "secret%word",
        ("logging", "simple_log_format"): "%(asctime)s %(levelname)s - %(message)s",
    }
    assert {name: conf.get(*name) for name in expected} == expected
    assert {notice.kind for notice in conf.notices} == {"renamed", "unused", "secret"}


def test_a_published_key_is_replaced_by_a_random_one(tmp_path: Path) -> None:
    conf = config(tmp_path, FILE_1_9.replace("{home}", str(tmp_path)))
    assert len(conf.get_mandatory_value("api", "secret_key")) == 44
    assert len(conf.get_mandatory_value("core", "fernet_key")) == 44
    told = [notice.text for notice in conf.notices if notice.kind == "secret"]
    assert len(told) == 2 and all("published" in text for text in told)


def test_a_template_with_its_placeholders_loads_too(tmp_path: Path) -> None:
    text = FILE_1_9.replace("{home}", "{AIRFLOW_HOME}").replace("temporary_key", "{SECRET_KEY}")
    conf = config(tmp_path, text)
    assert conf.get("core", "dags_folder") == f"{tmp_path}/dags"
    assert len(conf.get_mandatory_value("api", "secret_key")) == 44


@pytest.mark.parametrize(
    ("section", "key", "new_section", "new_key"),
    [
        (*old, option.section, option.key)
        for option in OPTIONS
        if option.type in {"string", "integer", "duration"} and not option.choices
        for old in option.old_names
    ],
)
def test_an_old_name_works_with_one_notice_of_the_new_one(
    tmp_path: Path, section: str, key: str, new_section: str, new_key: str
) -> None:
    value = "sqlite:////a.db" if key == "sql_alchemy_conn" else "1234567890123456"
    value = "77" if key.endswith("port") else value
    conf = config(tmp_path, f"[{section}]\n{key} = {value}\n")
    assert conf.get(new_section, new_key) == conf.get(section, key) == value
    (notice,) = conf.notices
    assert notice.text == (
        f"{tmp_path}/airflow.cfg, line 2: [{section}] {key} is now called "
        f"[{new_section}] {new_key}; the old name still works."
    )


def test_an_old_variable_works_and_names_the_new_variable(tmp_path: Path) -> None:
    conf = config(tmp_path, AIRFLOW__CORE__SQL_ALCHEMY_CONN="sqlite:////a.db")
    assert conf.get("database", "sql_alchemy_conn") == "sqlite:////a.db"
    (notice,) = conf.notices
    assert "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in notice.text


def test_an_old_name_with_a_command_works(tmp_path: Path) -> None:
    conf = config(tmp_path, "[celery]\ncelery_result_backend_cmd = echo redis://r/1\n")
    assert conf.get("celery", "result_backend") == "redis://r/1"


def test_the_present_name_overrules_the_old_one(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\ndag_concurrency = 3\nmax_active_tasks_per_dag = 4\n")
    assert conf.getint("core", "dag_concurrency") == 4
    (notice,) = conf.notices
    assert notice.kind == "shadowed" and "overruled" in notice.text


def test_an_old_name_added_to_a_generated_file_overrules_the_listed_default(
    tmp_path: Path,
) -> None:
    text = (
        f"[database]\nsql_alchemy_conn = sqlite:///{tmp_path}/airflow.db\n"
        "[core]\nsql_alchemy_conn = mysql://ct@localhost/airflow\n"
    )
    conf = config(tmp_path, text)
    assert conf.get("database", "sql_alchemy_conn") == "mysql://ct@localhost/airflow"
    assert [notice.kind for notice in conf.notices] == ["renamed"]


def test_options_that_mean_nothing_here_are_told_in_one_notice(tmp_path: Path) -> None:
    text = "[core]\ndonot_pickle = True\n[kubernetes]\nnamespace = x\n[webserver]\nworker_class = g"
    conf = config(tmp_path, text)
    (notice,) = conf.notices
    assert notice.kind == "unused"
    assert "[core] donot_pickle, [kubernetes] namespace, [webserver] worker_class" in notice.text
    assert conf.get("core", "donot_pickle") == "True"


def test_many_old_names_are_told_in_one_line(tmp_path: Path) -> None:
    conf = config(tmp_path, FILE_1_9.replace("{home}", str(tmp_path)))
    lines = notice_lines(conf.notices)
    assert len(lines) == 4
    assert "[core] sql_alchemy_conn -> [database] sql_alchemy_conn" in lines[0]


def test_the_environment_of_airflows_compose_file_loads(tmp_path: Path) -> None:
    conf = config(
        tmp_path,
        AIRFLOW__CORE__EXECUTOR="CeleryExecutor",
        AIRFLOW__CORE__AUTH_MANAGER="airflow.providers.fab.auth_manager.fab_auth_manager."
        "FabAuthManager",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN="postgresql+psycopg2://airflow:airflow@postgres/airflow",
        AIRFLOW__CELERY__RESULT_BACKEND="db+postgresql://airflow:airflow@postgres/airflow",
        AIRFLOW__CELERY__BROKER_URL="redis://:@redis:6379/0",
        AIRFLOW__CORE__FERNET_KEY="",
        AIRFLOW__CORE__EXECUTION_API_SERVER_URL="http://airflow-apiserver:8080/execution/",
        AIRFLOW__API_AUTH__JWT_SECRET="airflow_jwt_secret",
        AIRFLOW__SCHEDULER__ENABLE_HEALTH_CHECK="true",
        AIRFLOW__TEAM___CORE__EXECUTOR="LocalExecutor",
        AIRFLOW_CONN_MY_DB="mysql://a@b/c",
    )
    assert conf.get("core", "fernet_key") == ""
    assert conf.getboolean("scheduler", "enable_health_check")
    assert conf.getimport("core", "auth_manager") is None


def test_every_name_of_the_table_is_well_formed_and_unique() -> None:
    names = [option.name for option in OPTIONS]
    assert len(set(names)) == len(names)
    old = [OptionName(*name) for option in OPTIONS for name in option.old_names]
    assert len(set(old)) == len(old)
    assert not set(old) & set(names)
    assert not (set(options_by_name()) & unused_names())
    for name in [*names, *old, *unused_names()]:
        assert re.fullmatch(r"[a-z0-9_]+", name.key), name
        assert not is_free(name.section), name
