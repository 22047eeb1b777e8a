"""Pools, variables and connections, in old and new form."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Airflow
from tests.store import home
from venturi.store.engine import Store
from venturi.store.schema.people import connection, log, variable


def test_a_pool_is_made_shown_changed_and_deleted(airflow: Airflow, store: Store) -> None:
    (row,) = airflow("pools", "set", "p", "5", "for tests", "-o", "json").json()
    assert (row["pool"], row["slots"], row["open"]) == ("p", 5, 5)
    (row,) = airflow("pool", "-s", "p", "-1", "more", "-o", "json").json()
    assert (row["slots"], row["open"], row["description"]) == (-1, None, "more")
    assert "p" in airflow("pool", "-g", "p").out
    assert airflow("pool", "-x", "p").out == "Pool p deleted\n"
    assert airflow("pools", "get", "p").code == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("pools", "delete", "default_pool"), "cannot be deleted"),
        (("pools", "set", "p", "-2", "x"), "0 or more slots, or -1"),
        (("pools", "set", " ", "1", "x"), "no spaces around it"),
        (("pool", "-s", "p", "many", "x"), "whole number of slots, not 'many'"),
        (("pools", "get", "nope"), "no pool 'nope'"),
    ],
)
def test_a_pool_that_cannot_be_is_told(
    airflow: Airflow, store: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow(*words)
    assert said.code == 1 and sentence in said.err


def test_pools_survive_export_and_import(airflow: Airflow, store: Store, tmp_path: Path) -> None:
    airflow("pools", "set", "p", "5", "text", "--include-deferred")
    file = tmp_path / "pools.json"
    assert airflow("pools", "export", str(file)).code == 0
    airflow("pools", "delete", "p")
    assert airflow("pools", "import", str(file)).out == "Uploaded 2 pools\n"
    rows = airflow("pools", "list", "-o", "json").json()
    assert [(row["pool"], row["include_deferred"]) for row in rows] == [
        ("default_pool", False),
        ("p", True),
    ]


def test_a_bad_file_imports_nothing(airflow: Airflow, store: Store, tmp_path: Path) -> None:
    file = tmp_path / "pools.json"
    file.write_text('{"good": {"slots": 1}, "bad": {"slots": "x"}}')
    said = airflow("pools", "import", str(file))
    assert said.code == 1 and "Pool 'bad'" in said.err
    assert len(airflow("pools", "list", "-o", "json").json()) == 1
    file.write_text("{")
    assert str(file) in airflow("pools", "import", str(file)).err
    assert "cannot be read" in airflow("pools", "import", str(tmp_path / "no")).err


def test_variables_are_encrypted_at_rest_and_shown_on_request(
    airflow: Airflow, store: Store
) -> None:
    assert airflow("variables", "--set", "k", "s3cret").out == "Variable k created\n"
    (row,) = home.rows(store, variable)
    assert row.is_encrypted and "s3cret" not in row.val
    assert airflow("variables", "-g", "k").out == "s3cret\n"
    assert "s3cret" not in airflow("variables", "list").out
    assert "s3cret" in airflow("variables", "list", "--show-values").out
    assert all("s3cret" not in (entry.extra or "") for entry in home.rows(store, log))


def test_a_variable_may_have_a_default_be_json_or_not_be(airflow: Airflow, store: Store) -> None:
    assert airflow("variables", "get", "k", "-d", "5").out == "5\n"
    assert "no variable 'k'" in airflow("variables", "get", "k").err
    assert airflow("variables", "set", "-j", "k", "{").code == 1
    airflow("variables", "set", "-j", "k", '{"a":   1}', "--description", "why")
    assert json.loads(airflow("variables", "get", "-j", "k").out) == {"a": 1}
    assert airflow("variables", "list", "-o", "json").json() == [{"key": "k", "description": "why"}]
    assert airflow("variables", "-x", "k").out == "Variable k deleted\n"
    assert airflow("variables", "delete", "k").code == 1


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_variables_survive_export_and_import(
    airflow: Airflow, store: Store, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"v.{ending}"
    airflow("variables", "set", "k", "text")
    airflow("variables", "set", "j", '{"a": 1}', "--description", "why")
    airflow("variables", "export", str(file))
    assert file.stat().st_mode & 0o777 == 0o600
    airflow("variables", "set", "k", "changed")
    skipped = airflow("variables", "import", str(file), "-a", "skip")
    assert "0 of 2 variables" in skipped.out and "j, k" in skipped.out
    assert airflow("variables", "get", "k").out == "changed\n"
    assert "there already: j, k" in airflow("variables", "import", str(file), "-a", "fail").err
    assert airflow("variables", "import", str(file)).code == 0
    assert airflow("variables", "get", "k").out == "text\n"
    assert json.loads(airflow("variables", "get", "j").out) == {"a": 1}


def test_a_key_that_changed_is_told_and_the_old_one_helps(
    airflow: Airflow, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.fernet import Fernet

    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", old)
    airflow("variables", "set", "k", "v")
    airflow("connections", "add", "c", "--conn-type", "http", "--conn-password", "pw")
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", new)
    assert "[core] fernet_key" in airflow("variables", "get", "k").err
    assert airflow("variables", "list", "--show-values").code == 0
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", f"{new},{old}")
    assert airflow("rotate-fernet-key").out == "Encrypted 1 connections and 1 variables anew\n"
    monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", new)
    assert airflow("variables", "get", "k").out == "v\n"


ADD = ("connections", "add", "c")


def test_a_connection_of_parts_hides_its_secrets(airflow: Airflow, store: Store) -> None:
    said = airflow(
        *(*ADD, "--conn-type", "mysql", "--conn-host", "h", "--conn-port", "3306"),
        *("--conn-login", "me", "--conn-password", "s3cret", "--conn-extra", '{"a": 1}'),
    )
    assert said.out == "Successfully added `conn_id`=c : mysql://me:******@h:3306/\n"
    (row,) = home.rows(store, connection)
    assert row.is_encrypted and row.is_extra_encrypted and "s3cret" not in row.password
    for listing in (("connections", "list"), ("connections", "-l")):
        shown = airflow(*listing).out
        assert "mysql" in shown and "s3cret" not in shown
    assert "s3cret" in airflow("connections", "list", "--show-values", "-o", "json").out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "in one way"),
        (("--conn-type", "http", "--conn-uri", "http://h"), "in one way"),
        (("--conn-json", '{"conn_type": "http", "hots": "h"}'), "no field 'hots'"),
        (("--conn-json", '{"conn_type": "http", "port": "x"}'), "port 'x' is no number"),
        (("--conn-json", "{"), "is not JSON"),
        (("--conn-type", "http", "--conn-port", "70000"), "0 to 65535"),
    ],
)
def test_a_connection_that_cannot_be_is_told(
    airflow: Airflow, store: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow(*ADD, *words)
    assert said.code == 1 and sentence in said.err
    assert home.rows(store, connection) == []


def test_a_connection_is_added_once_and_deleted_once(airflow: Airflow, store: Store) -> None:
    airflow(*ADD, "--conn-json", '{"conn_type": "http", "extra": {"a": 1}}')
    said = airflow(*ADD, "--conn-type", "http")
    assert said.code == 1 and "already a connection 'c'" in said.err
    assert airflow("connections", "-d", "--conn_id", "c").code == 0
    assert airflow("connections", "delete", "c").code == 1
    assert "Name the connection" in airflow("connections", "-a", "--conn_type", "http").err


@pytest.mark.parametrize("ending", ["json", "yaml"])
def test_connections_survive_export_and_import(
    airflow: Airflow, store: Store, tmp_path: Path, ending: str
) -> None:
    file = tmp_path / f"c.{ending}"
    airflow(*ADD, "--conn-type", "http", "--conn-password", "p/w", "--conn-extra", '{"a": 1}')
    airflow("connections", "export", str(file))
    airflow("connections", "delete", "c")
    assert airflow("connections", "import", str(file)).out == "Imported 1 connections\n"
    (row,) = airflow("connections", "list", "--show-values", "-o", "json").json()
    assert (row["password"], row["extra"]) == ("p/w", '{"a": 1}')
    assert "left alone" in airflow("connections", "import", str(file)).out
    assert "left alone" not in airflow("connections", "import", str(file), "--overwrite").out


def test_the_connections_of_tutorials_can_be_added(airflow: Airflow, store: Store) -> None:
    airflow("connections", "create-default-connections")
    ids = {row["conn_id"] for row in airflow("connections", "list", "-o", "json").json()}
    assert {"mysql_default", "fs_default"} <= ids
    assert airflow("connections", "create-default-connections").out == "Added 0 connections\n"
