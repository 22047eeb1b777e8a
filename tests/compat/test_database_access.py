"""Code that asks the metadata database itself, as 1.x and 2.x allowed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.compat.shims import orm, records
from venturi.config import get_config
from venturi.store.schema.all import metadata


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty metadata database that sessions are opened on."""
    from venturi.store.engine import Store

    file = tmp_path / "airflow.db"
    store = Store(f"sqlite:///{file}")
    metadata.create_all(store.engine)
    store.close()
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{file}")
    get_config.cache_clear()
    yield file
    get_config.cache_clear()


def test_every_class_has_its_table() -> None:
    for name in orm.TABLES:
        assert orm.model(name).__name__ == name


def test_the_user_of_the_old_recipe_is_added(database: Path) -> None:
    from airflow import models, settings
    from airflow.contrib.auth.backends.password_auth import PasswordUser

    user = PasswordUser(models.User())
    user.username = "ct"
    user.email = "ct@example.com"
    user.password = "secret"
    session = settings.Session()
    session.add(user)
    session.commit()
    found = session.query(models.User).filter(models.User.username == "ct").one()
    assert found.email == "ct@example.com"
    assert PasswordUser(found).authenticate("secret")
    session.close()
    session.get_bind().dispose()


def test_a_stand_in_can_be_selected_and_tested_for() -> None:
    from sqlalchemy import select

    statement = str(select(records.DagRun).where(records.DagRun.dag_id == "a"))
    assert "FROM dag_run" in statement
    assert isinstance(records.Pool(pool="p", slots=1), records.Pool)
    assert not isinstance(records.Pool(pool="p", slots=1), records.DagRun)


def test_a_function_is_given_a_session_of_its_own(database: Path) -> None:
    from airflow.models import Pool
    from airflow.utils.session import create_session, provide_session

    with create_session() as session:
        session.add(Pool(pool="small", slots=2))

    @provide_session  # type: ignore[untyped-decorator]
    def slots(pool: str, session: object = None) -> int:
        return int(session.query(Pool).filter_by(pool=pool).one().slots)  # type: ignore[attr-defined]

    assert slots("small") == 2


def test_a_table_that_is_not_kept_is_said_so() -> None:
    with pytest.raises(Exception, match="TaskReschedule has no table here"):
        records.TaskReschedule()
