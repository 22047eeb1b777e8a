"""The first start of an installation, and the users of the post, made as it says."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx2
import pytest

from tests import make
from tests.api.processes import CLOSED, Web
from tests.security.conftest import Site
from tests.store.home import put
from tests.system.home import until
from venturi.api.auth.first import make_first_users
from venturi.config import ConfigError, get_config
from venturi.store.engine import Store
from venturi.store.migrate import migrate
from venturi.store.schema.all import metadata


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Path:
    """A home whose database the program takes for its own."""
    with store.write() as tx:
        metadata.drop_all(tx)
    migrate(store)
    return tmp_path


@pytest.fixture
def server(home: Path) -> Iterator[Web]:
    """A web server where people sign in."""
    made = Web(home, env=CLOSED)
    until(made.is_up, "the web server answers")
    yield made
    made.end()


def test_the_first_start_tells_an_admins_password_once(server: Web, home: Path) -> None:
    match = re.search(r"Made the user admin with the password (\w{20}) ", server.said)
    assert match, server.said
    api = server.url
    assert httpx2.get(api + "dags", timeout=10).status_code == 401
    body = {"username": "admin", "password": match[1]}
    got = httpx2.post(api.replace("/api/v2/", "/auth/token"), json=body, timeout=10)
    headers = {"authorization": f"Bearer {got.json()['access_token']}"}
    assert httpx2.get(api + "dags", headers=headers, timeout=10).status_code == 200
    assert match[1].encode() not in (home / "airflow.db").read_bytes()
    again = Web(home, env=CLOSED)
    try:
        until(again.is_up, "the web server answers")
        assert "password" not in again.said
    finally:
        again.end()


@pytest.mark.parametrize(
    "settings", [{"CORE__SIMPLE_AUTH_MANAGER_USERS": "bob:admin, peter:viewer"}]
)
def test_the_users_that_airflow_3_names_are_made_with_their_passwords(site: Site) -> None:
    file = site.home / "simple_auth_manager_passwords.json.generated"
    file.write_text('{"bob": "bobs own secret"}')
    bob, peter = make_first_users(site.store, get_config(), make.NOW)
    assert (bob.name, bob.password, peter.name) == ("bob", None, "peter")
    assert "bobs own secret" not in str(bob)
    assert site.signed_in("bob", "bobs own secret").get("/auth/me").json()["is_admin"]
    me = site.signed_in("peter", peter.password or "").get("/auth/me").json()
    assert me["roles"] == ["Viewer"]
    assert make_first_users(site.store, get_config(), make.NOW) == []


@pytest.mark.parametrize("settings", [{"CORE__SIMPLE_AUTH_MANAGER_USERS": "bob:king"}])
def test_a_role_that_is_none_is_told(site: Site) -> None:
    with pytest.raises(ConfigError, match=r"'bob' the role 'king'; one of: public, viewer"):
        make_first_users(site.store, get_config(), make.NOW)


#: The three lines of the post.
THE_POST: Mapping[str, str] = {
    "WEBSERVER__AUTHENTICATE": "True",
    "WEBSERVER__AUTH_BACKEND": "airflow.contrib.auth.backends.password_auth",
    "WEBSERVER__FILTER_BY_OWNER": "True",
}


@pytest.mark.parametrize("settings", [THE_POST])
def test_the_user_of_the_post_signs_in_and_sees_what_is_theirs(site: Site) -> None:
    from airflow import models, settings
    from airflow.contrib.auth.backends.password_auth import PasswordUser

    user = PasswordUser(models.User())
    user.username = "ehbio"
    user.email = "mail@ehbio.com"
    user.password = "ehbio"
    session = settings.Session()
    session.add(user)
    session.commit()
    session.close()
    session.get_bind().dispose()
    for dag_id, owner in (("ours", "ehbio"), ("theirs", "ehbio2"), ("both", "ct")):
        tasks = [make.task("a", owner=owner)]
        tasks += [make.task("b", owner="ehbio")] if dag_id == "both" else []
        put(site.store, make.dag(*tasks, dag_id=dag_id), path=f"/dags/{dag_id}.py")
    client = site.signed_in("ehbio", "ehbio")
    seen = {row["dag_id"] for row in client.get("/api/v2/dags").json()["dags"]}
    assert seen == {"ours", "both"}
    assert client.patch("/api/v2/dags/ours", json={"is_paused": True}).status_code == 200
    assert client.patch("/api/v2/dags/theirs", json={"is_paused": True}).status_code == 404
    assert client.get("/auth/fab/v1/users").status_code == 403


@pytest.mark.parametrize(
    "settings",
    [{"WEBSERVER__AUTHENTICATE": "False"}, {"CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"}],
)
def test_where_nobody_signs_in_everybody_on_this_machine_is_an_administrator(site: Site) -> None:
    client = site.client()
    me = client.get("/auth/me").json()
    assert (me["username"], me["way"], me["is_admin"]) == ("anonymous", "open", True)
    assert client.get("/auth/token").status_code == 201
    body = {"username": "x", "password": "y"}
    token = client.post("/auth/token", json=body).json()["access_token"]
    assert site.client(authorization=f"Bearer {token}").get("/api/v2/pools").status_code == 200
    assert client.get("/auth/tokens").status_code == 400
    assert client.post("/auth/login", json=body).status_code == 400
    assert site.client(host="evil.example").get("/api/v2/dags").status_code == 403
