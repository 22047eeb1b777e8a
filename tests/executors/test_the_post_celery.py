"""The post's two sections about Celery, step by step as written there; its DAGs run to success."""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.rabbitmq import RabbitMq
from tests.services.redis import Redis, redis_database
from tests.system.home import Home, fresh_home
from tests.system.test_the_post import CT1, CT2

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def home() -> Iterator[Home]:
    """A home without options in the environment: airflow.cfg is all that counts."""
    with fresh_home() as made:
        del made.env["AIRFLOW__CORE__EXECUTOR"]
        yield made


def edit(home: Home, lines: dict[str, str]) -> None:
    """Change lines of airflow.cfg as people do; a line that is not there goes below [celery]."""
    path = home.path / "airflow.cfg"
    text = path.read_text()
    for key, value in lines.items():
        text, changed = re.subn(rf"(?m)^#?\s*{key} =.*$", f"{key} = {value}", text)
        if not changed:
            text = text.replace("[celery]\n", f"[celery]\n{key} = {value}\n")
    path.write_text(text)


def run_both(home: Home) -> None:
    """`airflow worker`, `airflow scheduler`, and the post's two DAGs to their end."""
    folder = home.path / "test"
    folder.mkdir()
    (folder / "run1.sh").write_text("printf 'A\\nB\\n' > $2\n")
    (folder / "run2.sh").write_text("awk '{print $0, 53}' $2 > $2.out\n")
    home.start("worker")
    home.scheduler()
    home.dag("ct1.py", CT1)
    home.dag("ct2.py", CT2.replace("FOLDER", str(folder)))
    assert home.until_ended("first", 60) == "success"
    assert home.until_ended("second", 60) == "success"
    assert (folder / "ct_t1.out").read_text() == "A 53\nB 53\n"
    who = home.sql("SELECT DISTINCT external_executor_id IS NULL FROM task_instance")
    assert who == [(0,)]  # all of them on the worker


def test_celery_with_rabbitmq(home: Home, rabbitmq: RabbitMq) -> None:
    word = secrets.token_hex(4)
    user, vhost = f"ct_{word}", f"ct_airflow_{word}"
    rabbitmq.ctl("add_user", user, "152108")
    rabbitmq.ctl("add_vhost", vhost)
    try:
        rabbitmq.ctl("set_user_tags", user, "airflow")
        rabbitmq.ctl("set_permissions", "-p", vhost, user, ".*", ".*", ".*")
        url = f"amqp://{user}:152108@localhost:{rabbitmq.port}/{vhost}"
        assert home.airflow("initdb").returncode == 0
        lines = {"executor": "CeleryExecutor", "broker_url": url, "celery_result_backend": url}
        edit(home, lines)
        run_both(home)
        assert "152108" not in home.said() + (home.path / "worker.out").read_text()
    finally:
        rabbitmq.ctl("delete_vhost", vhost)
        rabbitmq.ctl("delete_user", user)


def test_celery_with_redis_and_results_in_mysql(home: Home, redis: Redis) -> None:
    with redis_database(redis) as url:
        assert home.airflow("initdb").returncode == 0
        backend = "db+mysql://airflow:airflow@localhost:3306/airflow"
        edit(
            home,
            {"executor": "CeleryExecutor", "broker_url": url, "celery_result_backend": backend},
        )
        run_both(home)


def test_the_sections_leave_nothing_behind_that_stops_the_next_start(
    home: Home, redis: Redis
) -> None:
    """The post's script ends everything with kill, and starts it again."""
    with redis_database(redis) as url:
        assert home.airflow("initdb").returncode == 0
        edit(home, {"executor": "CeleryExecutor", "broker_url": url})
        worker, scheduler = home.start("worker"), home.scheduler()
        home.until(lambda: "ready" in (home.path / "worker.out").read_text(), "the worker is ready")
        for title in ("airflow worker", "airflow scheduler"):
            assert home.processes(title), title  # `ps -ef | grep airflow` finds them
        for process in (worker, scheduler):
            process.terminate()
            process.wait(30)
        assert not Path(home.path / "airflow-worker.pid").exists()
        (home.path / "worker.out").unlink()
        run_both(home)
