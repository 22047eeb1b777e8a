"""Database URLs in every spelling."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from venturi.config import ConfigError
from venturi.config.urls import mask, parse_database_url, require_driver


@pytest.mark.parametrize(
    ("written", "ready"),
    [
        ("mysql://ct:152108@localhost/airflow", "mysql+pymysql://ct:152108@localhost/airflow"),
        ("mysql+mysqldb://ct:p@db:3307/a", "mysql+pymysql://ct:p@db:3307/a"),
        ("mysql+pymysql://ct@db/a?charset=utf8", "mysql+pymysql://ct@db/a?charset=utf8"),
        ("mysql+mysqlconnector://ct:p@db/a", "mysql+pymysql://ct:p@db/a"),
        ("mariadb://ct:p@db/a", "mysql+pymysql://ct:p@db/a"),
        ("db+mysql://ct:p@db/a", "mysql+pymysql://ct:p@db/a"),
        ("sqla+mysql://ct:p@db/a", "mysql+pymysql://ct:p@db/a"),
        ("postgres://u:p@db/a", "postgresql+psycopg://u:p@db/a"),
        ("postgresql+psycopg2://u:p@db:5432/a", "postgresql+psycopg://u:p@db:5432/a"),
        ("postgresql+asyncpg://u:p@[::1]:5432/a", "postgresql+psycopg://u:p@[::1]:5432/a"),
        ("postgresql:///a?host=/tmp/sock", "postgresql+psycopg:///a?host=/tmp/sock"),
        ("mysql://u:p@ss@db/a", "mysql+pymysql://u:p%40ss@db/a"),
        ("mysql://u:p%40ss@db/a", "mysql+pymysql://u:p%40ss@db/a"),
        ("mysql://u:100%@db/a", "mysql+pymysql://u:100%25@db/a"),
        ("mysql://u:a#b@db/a", "mysql+pymysql://u:a%23b@db/a"),
        ("mysql://u:@db/a", "mysql+pymysql://u:@db/a"),
        ("sqlite:////var/a.db", "sqlite:////var/a.db"),
        ("sqlite+aiosqlite:////var/a.db?timeout=5", "sqlite:////var/a.db?timeout=5"),
        ("sqlite:///a.db", "sqlite:////home/me/a.db"),
        (" mysql://u:p@db/a ", "mysql+pymysql://u:p@db/a"),
    ],
)
def test_a_url_becomes_what_the_driver_here_takes(written: str, ready: str) -> None:
    assert parse_database_url(written, Path("/home/me")).url == ready
    make_url(ready)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("localhost/airflow", "has no `://`; write it like mysql://"),
        ("oracle://u:p@db/a", "the database `oracle` is not supported; use sqlite, mysql"),
        ("mysql://u:p@db", "names no database"),
        ("mysql://u:p@db:33o6/a", "the port in the database URL is not a number"),
        ("mysql://u:p@db:99999/a", "the port in the database URL is not a number"),
        ("mysql://u:p/x@db/a", "percent-encoded"),
        ("mysql://u:p?x@db/a", "percent-encoded"),
        ("sqlite://", "three slashes"),
        ("sqlite://a.db", "three slashes"),
        ("sqlite:///", "in memory cannot be shared"),
        ("sqlite:///:memory:", "in memory cannot be shared"),
    ],
)
def test_a_url_that_cannot_be_used_names_the_remedy(written: str, remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_database_url(written)
    assert remedy in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_url_is_shown_without_its_password() -> None:
    url = parse_database_url("mysql://ct:hunter2@localhost/airflow")
    assert str(url) == "mysql+pymysql://ct:***@localhost/airflow"
    assert "hunter2" not in repr(url)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("amqp://ct:hunter2@mq:5672/v", "amqp://ct:***@mq:5672/v"),
        ("cannot reach redis://:hunter2@r/0 now", "cannot reach redis://:***@r/0 now"),
        ("'mysql://u:h@unter2@db/a', 'b@c'", "'mysql://u:***@db/a', 'b@c'"),
        ("http://example.com/a@b", "http://example.com/a@b"),
        ("no url at all: a@b", "no url at all: a@b"),
    ],
)
def test_passwords_are_masked_in_any_text(text: str, masked: str) -> None:
    assert mask(text) == masked


def test_a_missing_driver_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"run: pip install 'venturi\[mysql\]'") as caught:
        require_driver(parse_database_url("mysql://ct:hunter2@localhost/airflow"))
    assert "hunter2" not in str(caught.value)


@given(
    user=st.text(min_size=1, max_size=8).filter(lambda text: text.isprintable()),
    password=st.text(max_size=12).filter(lambda text: text.isprintable()),
)
def test_any_encoded_password_survives(user: str, password: str) -> None:
    from urllib.parse import quote

    written = f"mysql://{quote(user, safe='')}:{quote(password, safe='')}@db/a"
    read = make_url(parse_database_url(written).url)
    assert (read.username, read.password) == (user, password)
