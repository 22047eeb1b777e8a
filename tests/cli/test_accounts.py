"""Users and roles, in the spellings of every line."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Airflow
from tests.store import home
from venturi.store.engine import Store
from venturi.store.passwords import is_right
from venturi.store.queries.users import get_user
from venturi.store.schema.people import log, user_token, users

WORDS = ("-u", "ada", "-e", "ada@x.example", "-f", "Ada", "-l", "Lovelace", "-r", "Admin")


def names(airflow: Airflow) -> dict[str, str]:
    """Users and their roles."""
    rows = airflow("users", "list", "-o", "json").json()
    return {row["username"]: row["roles"] for row in rows}


def stored(store: Store, name: str) -> str:
    (row,) = home.rows(store, users, username=name)
    return str(row.password)


@pytest.mark.parametrize("command", [("users", "create"), ("create_user",), ("users", "-c")])
def test_a_user_is_made_in_every_spelling(
    airflow: Airflow, store: Store, command: tuple[str, ...]
) -> None:
    words: tuple[str, ...] = WORDS
    if command == ("users", "-c"):  # there, -e and -l are others
        words = ("--username", "ada", "--email", "ada@x.example", "--firstname", "Ada")
        words += ("--lastname", "Lovelace", "--role", "Admin")
    said = airflow(*command, *words, "-p", "a long secret")
    assert said.code == 0 and 'User "ada" created with role "Admin"' in said.out
    assert "a long secret" not in said.out
    assert is_right("a long secret", stored(store, "ada"))
    (entry,) = home.rows(store, log, event="create_user")
    assert "a long secret" not in str(entry)
    (row,) = airflow("list_users", "-o", "json").json()
    assert (row["email"], row["first_name"], row["active"]) == ("ada@x.example", "Ada", True)
    assert "already exist" in airflow(*command, *words, "-p", "another").out
    assert is_right("a long secret", stored(store, "ada"))


def test_a_password_is_made_and_told_once(airflow: Airflow, store: Store) -> None:
    said = airflow("users", "create", *WORDS, "--use_random_password")
    password = said.out.split()[-1]
    assert len(password) == 20 and is_right(password, stored(store, "ada"))
    said = airflow("users", "reset-password", "-e", "ada@x.example", "--use-random-password")
    assert not is_right(password, stored(store, "ada"))
    assert is_right(said.out.split()[-1], stored(store, "ada"))


def test_roles_are_given_and_taken(airflow: Airflow, store: Store) -> None:
    airflow("users", "create", *WORDS, "-p", "a long secret")
    assert airflow("roles", "create", "team", "guests").code == 0
    assert airflow("users", "add-role", "-u", "ada", "-r", "team").code == 0
    assert names(airflow) == {"ada": "Admin, team"}
    assert airflow("users", "--remove-role", "--username", "ada", "--role", "Admin").code == 0
    assert names(airflow) == {"ada": "team"}
    assert airflow("users", "remove-role", "-u", "ada", "-r", "team").code == 0
    assert names(airflow) == {"ada": ""}
    said = airflow("users", "add-role", "-u", "ada", "-r", "kings")
    assert said.code == 1 and "no role 'kings'" in said.err
    assert airflow("roles", "delete", "team").code == 0
    assert "built in" in airflow("roles", "delete", "Admin").err
    listed = [row["name"] for row in airflow("roles", "list", "-o", "json").json()]
    assert listed == ["Admin", "Op", "User", "Viewer", "Public", "guests"]


def test_what_a_role_permits_is_said_in_airflows_words(airflow: Airflow, store: Store) -> None:
    airflow("roles", "create", "team")
    words = ("roles", "add-perms", "team", "-r", "DAG Runs", "Pools", "-a", "can_read")
    assert airflow(*words).code == 0

    def permitted() -> list[tuple[str, str]]:
        rows = airflow("roles", "list", "-p", "-o", "json").json()
        return [(row["resource"], row["action"]) for row in rows if row["name"] == "team"]

    assert permitted() == [("DAG Runs", "can_read"), ("Pools", "can_read")]
    assert airflow("roles", "del-perms", "team", "-r", "Pools").code == 0
    assert permitted() == [("DAG Runs", "can_read")]
    said = airflow("roles", "add-perms", "team", "-r", "Unicorns", "-a", "can_read")
    assert said.code == 1 and "'Unicorns'" in said.err
    assert airflow("roles", "add-perms", "Viewer", "-r", "Pools", "-a", "can_edit").code == 1


def test_roles_and_users_survive_export_and_import(
    airflow: Airflow, store: Store, tmp_path: Path
) -> None:
    airflow("roles", "create", "team")
    airflow("roles", "add-perms", "team", "-r", "Pools", "-a", "can_read")
    airflow("users", "create", *WORDS, "-p", "a long secret")
    people, roles = tmp_path / "people.json", tmp_path / "roles.json"
    assert airflow("users", "export", str(people)).code == 0
    assert airflow("roles", "export", str(roles), "--pretty").code == 0
    assert "argon2" not in people.read_text()
    before = names(airflow)
    airflow("users", "delete", "-u", "ada")
    airflow("roles", "delete", "team")
    assert airflow("roles", "import", str(roles)).code == 0
    said = airflow("users", "import", str(people))
    assert names(airflow) == before
    assert is_right(said.out.split("password ")[1].split(",")[0], stored(store, "ada"))
    assert airflow("users", "import", str(people)).out == "Updated ada\n"
    people.write_text(json.dumps([{"email": "x"}]))
    assert "no username or roles" in airflow("users", "import", str(people)).err


def test_api_tokens_are_made_listed_and_withdrawn(airflow: Airflow, store: Store) -> None:
    airflow("users", "create", *WORDS, "-p", "a long secret")
    word = airflow("users", "create-token", "-u", "ada", "-n", "ci", "--days", "3").out.strip()
    assert word.startswith("vt_")
    assert word not in str(home.rows(store, user_token)) + str(home.rows(store, log))
    (row,) = airflow("users", "list-tokens", "-o", "json").json()
    assert (row["username"], row["name"]) == ("ada", "ci")
    assert airflow("users", "delete-token", "-u", "ada", "-n", "ci").code == 0
    assert airflow("users", "list-tokens", "-o", "json").json() == []


def test_who_is_kept_out_is_signed_out(airflow: Airflow, store: Store) -> None:
    airflow("users", "create", *WORDS, "-p", "a long secret")
    airflow("users", "create-token", "-u", "ada", "-n", "ci")
    assert airflow("users", "deactivate", "-u", "ada").code == 0
    assert home.rows(store, user_token) == []
    with store.read() as tx:
        assert not get_user(tx, "ada").is_active
    assert airflow("users", "activate", "-u", "ada").code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("users", "delete", "-u", "nobody"), "no user 'nobody'"),
        (("users", "delete"), "by --username or by --email"),
        (("users", "delete", "-u", "a", "-e", "b"), "by --username or by --email"),
        (("users", "reset-password", "-e", "none@x"), "'none@x'"),
        (("users", "create", "-u", "a;b", "-r", "Op", "-p", "12345678"), "1 to 250 letters"),
        (("users", "create", "-u", "x", "-r", "Op"), "--use-random-password"),
        (("users", "-c", "--username", "x"), "--username and --role"),
        (("roles", "create", "Op"), "already a role"),
    ],
)
def test_a_mistake_is_one_sentence(
    airflow: Airflow, store: Store, words: tuple[str, ...], sentence: str
) -> None:
    said = airflow(*words)
    assert said.code == 1 and sentence in said.err
    assert "Traceback" not in said.err
