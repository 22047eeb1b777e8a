"""Signing in and out, and what ends a session."""

import base64
import hashlib
import secrets
import threading
from collections.abc import Mapping

import bcrypt
import pytest
from sqlalchemy import insert, select, update

from tests import make
from tests.security.conftest import PASSWORD, ROOT, Site
from tests.store.home import put, run
from tests.system.home import until
from venturi.store.commands import users as commands
from venturi.store.passwords import hashed, is_dated, is_right
from venturi.store.schema.people import log, sign_in_failure, user_session, user_token, users


@pytest.fixture
def ada(site: Site) -> Site:
    """A site with one administrator."""
    site.user("ada", "Admin")
    return site


#: Where Airflow's 3.x line keeps what was in 2.x's core.
FAB = "airflow.providers.fab.auth_manager"


#: Where Airflow's 3.x line keeps what was in 2.x's core.
FAB = "airflow.providers.fab.auth_manager"


def basic(name: str, plain: str) -> str:
    return "Basic " + base64.b64encode(f"{name}:{plain}".encode()).decode()


def test_who_is_not_signed_in_is_told_so_and_a_browser_is_led_to_the_form(ada: Site) -> None:
    stranger = ada.client()
    answer = stranger.get("/api/v2/dags")
    assert (answer.status_code, answer.json()) == (401, {"detail": "Sign in first."})
    assert answer.headers["www-authenticate"] == "Bearer"
    page = stranger.get("/?x=1", headers={"accept": "text/html"})
    assert page.status_code == 303
    assert page.headers["location"] == "/auth/login?next=/%3Fx%3D1"


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(ada: Site) -> None:
    answer = ada.client().post("/auth/login", json={"username": "ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie
    word = answer.cookies["venturi_session"]
    with ada.store.read() as tx:
        (row,) = tx.execute(select(user_session)).all()
    assert word not in str(row)
    assert row.token_hash == hashlib.sha256(word.encode()).hexdigest()


def test_who_is_signed_in_is_told_what_they_may_do(ada: Site) -> None:
    me = ada.signed_in("ada").get("/auth/me").json()
    assert (me["username"], me["roles"], me["is_admin"], me["way"]) == (
        "ada",
        ["Admin"],
        True,
        "session",
    )
    assert "dag:read" in me["permissions"]
    assert "password" not in str(me)


def test_the_form_signs_in_without_a_script(ada: Site) -> None:
    browser = ada.client()
    page = browser.get("/auth/login?next=/docs")
    assert 'name="next" value="/docs"' in page.text
    assert "form-action 'self'" in page.headers["content-security-policy"]
    fields = {"username": "ada", "password": "wrong", "next": "/docs"}
    refused = browser.post("/auth/login", data=fields)
    assert refused.status_code == 401
    assert "Name or password is wrong." in refused.text
    done = browser.post("/auth/login", data={**fields, "password": PASSWORD})
    assert (done.status_code, done.headers["location"]) == (303, "/docs")
    assert browser.get("/").status_code == 200
    assert browser.get("/auth/login").status_code == 303


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/x\r\nset-cookie: a=b",
        " //evil.example",
        "http:evil.example",
    ],
)
def test_nobody_is_led_to_another_site(ada: Site, elsewhere: str) -> None:
    fields = {"username": "ada", "password": PASSWORD, "next": elsewhere}
    assert ada.client().post("/auth/login", data=fields).headers["location"] == "/"
    signed = ada.signed_in("ada").get("/auth/login", params={"next": elsewhere})
    assert signed.headers["location"] == "/"


def test_signing_in_again_ends_the_session_before(ada: Site) -> None:
    browser = ada.signed_in("ada")
    before = browser.cookies["venturi_session"]
    browser.post("/auth/login", json={"username": "ada", "password": PASSWORD})
    assert browser.cookies["venturi_session"] != before
    assert ada.client(cookie=f"venturi_session={before}").get("/auth/me").status_code == 401


def test_signing_out_ends_the_session_everywhere(ada: Site) -> None:
    browser = ada.signed_in("ada")
    copy = ada.client(cookie=f"venturi_session={browser.cookies['venturi_session']}")
    assert copy.get("/auth/me").status_code == 200
    assert browser.post("/auth/logout").status_code == 204
    assert copy.get("/auth/me").status_code == 401


#: What must end everything that a user is signed in with, at once.
ENDINGS = {
    "a new password": lambda tx: commands.set_password(tx, "ada", "another secret", ROOT),
    "being disabled": lambda tx: commands.change_user(tx, "ada", ROOT, is_active=False),
    "being deleted": lambda tx: commands.delete_user(tx, "ada", ROOT._replace(through="cli")),
    "a password that a script wrote": lambda tx: tx.execute(
        update(users).values(password=hashed("another secret"))
    ),
    "being disabled by hand": lambda tx: tx.execute(update(users).values(is_active=False)),
}


@pytest.mark.parametrize("settings", [{"API__AUTH_BACKENDS": "x.basic_auth"}])
@pytest.mark.parametrize("ending", ENDINGS)
def test_everything_somebody_is_signed_in_with_ends_with(ada: Site, ending: str) -> None:
    browser = ada.signed_in("ada")
    made = browser.post("/auth/tokens", json={"name": "script"}).json()["token"]
    ways = [
        browser,
        ada.client(authorization=f"Bearer {ada.token('ada')}"),
        ada.client(authorization=f"Bearer {made}"),
        ada.client(authorization=basic("ada", PASSWORD)),
    ]
    assert [way.get("/auth/me").status_code for way in ways] == [200] * 4
    ada.store.retrying(ENDINGS[ending])
    assert [way.get("/auth/me").status_code for way in ways] == [401] * 4


def test_a_session_ends_by_itself_when_nobody_asks(ada: Site) -> None:
    browser = ada.signed_in("ada")
    for _ in range(4):
        ada.clock.move(days=20)
        assert browser.get("/auth/me").status_code == 200
    ada.clock.move(days=31)
    assert browser.get("/auth/me").status_code == 401


def test_an_api_token_is_good_until_it_is_withdrawn_or_too_old(ada: Site) -> None:
    browser = ada.signed_in("ada")
    made = browser.post("/auth/tokens", json={"name": "script", "days": 7}).json()
    program = ada.client(authorization=f"Bearer {made['token']}")
    assert program.get("/auth/me").json()["way"] == "token"
    (listed,) = browser.get("/auth/tokens").json()["tokens"]
    assert listed["name"] == "script" and listed["token"] is None
    assert browser.post("/auth/tokens", json={"name": "script"}).status_code == 409
    assert program.post("/auth/tokens", json={"name": "more"}).status_code == 403
    with ada.store.read() as tx:
        assert made["token"] not in str(tx.execute(select(user_token)).all())
    ada.clock.move(days=8)
    assert program.get("/auth/me").status_code == 401
    assert browser.delete("/auth/tokens/script").status_code == 204
    assert browser.delete("/auth/tokens/script").status_code == 404


def test_an_access_token_is_good_for_its_time(ada: Site) -> None:
    program = ada.client(authorization=f"Bearer {ada.token('ada')}")
    assert program.get("/api/v2/dags").status_code == 200
    ada.clock.move(days=1, seconds=1)
    assert program.get("/api/v2/dags").status_code == 401
    body = {"username": "ada", "password": PASSWORD}
    short = ada.client().post("/auth/token/cli", json=body).json()["access_token"]
    program = ada.client(authorization=f"Bearer {short}")
    assert program.get("/auth/me").status_code == 200
    ada.clock.move(hours=1, seconds=1)
    assert program.get("/auth/me").status_code == 401


def test_a_wrong_password_gets_no_token(ada: Site) -> None:
    for path in ("/auth/token", "/auth/token/cli", "/auth/login"):
        for name in ("ada", "nobody", "ADA", "ada "):
            answer = ada.client().post(path, json={"username": name, "password": "guess it"})
            assert answer.status_code == 401, (path, name)
            assert answer.json() == {"detail": "Name or password is wrong."}
    assert ada.client().get("/auth/token").status_code == 403


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        ({}, 401),
        ({"API__AUTH_BACKENDS": "airflow.api.auth.backend.default"}, 401),
        ({"API__AUTH_BACKENDS": "airflow.api.auth.backend.basic_auth"}, 200),
        (
            {"API__AUTH_BACKENDS": f"{FAB}.api.auth.backend.basic_auth"},
            200,
        ),
        ({"API__AUTH_BACKEND": "airflow.contrib.auth.backends.password_auth"}, 200),
    ],
)
def test_name_and_password_with_each_request_only_where_that_is_said(
    ada: Site, status: int
) -> None:
    program = ada.client(authorization=basic("ada", PASSWORD))
    assert program.get("/api/v2/dags").status_code == status
    assert ada.client(authorization=basic("ada", "wrong")).get("/auth/me").status_code == 401
    assert ada.client(authorization="Basic %%%").get("/auth/me").status_code == 401


@pytest.mark.parametrize("settings", [{"API__AUTH_BACKENDS": "airflow.api.auth.backend.deny_all"}])
def test_programs_can_be_kept_out(ada: Site) -> None:
    assert ada.client(authorization=f"Bearer {ada.token('ada')}").get("/auth/me").status_code == 401
    assert ada.signed_in("ada").get("/auth/me").status_code == 200


def test_guessing_gets_slower_and_slower_and_a_right_password_must_wait_too(ada: Site) -> None:
    def attempt(plain: str) -> int:
        body = {"username": "ada", "password": plain}
        return ada.client().post("/auth/login", json=body).status_code

    assert [attempt(f"guess {n}") for n in range(6)] == [401] * 5 + [429]
    assert attempt(PASSWORD) == 429
    ada.clock.move(seconds=2)
    assert attempt("guess 7") == 401
    ada.clock.move(seconds=1.5)
    assert attempt("guess 8") == 429  # two seconds are not over yet
    # In hours of never waiting less than told, far fewer than a dictionary.
    tried, until = 0, ada.clock.at.timestamp() + 3 * 3600
    while ada.clock.at.timestamp() < until:
        body = {"username": "ada", "password": "guess"}
        answer = ada.client().post("/auth/login", json=body)
        if answer.status_code == 429:
            ada.clock.move(seconds=float(answer.headers["retry-after"]))
        else:
            tried += 1
    assert tried < 40
    ada.clock.move(minutes=16)
    assert attempt(PASSWORD) == 200
    assert attempt("one slip") == 401
    assert attempt(PASSWORD) == 200


def test_names_that_nobody_has_are_slowed_down_alike_and_told_nowhere(ada: Site) -> None:
    def attempt(plain: str) -> int:
        body = {"username": "MyPassword!", "password": plain}
        return ada.client().post("/auth/login", json=body).status_code

    assert [attempt("x") for _ in range(6)] == [401] * 5 + [429]
    with ada.store.read() as tx:
        entries = tx.execute(select(log).where(log.c.event == "sign_in_refused")).all()
        assert len(entries) == 5
        assert "MyPassword!" not in str(entries) + str(tx.execute(select(sign_in_failure)).all())


def test_signing_in_out_and_refusals_are_in_the_audit_log(ada: Site) -> None:
    browser = ada.signed_in("ada")
    ada.client().post("/auth/login", json={"username": "ada", "password": "wrong"})
    browser.post("/auth/logout")
    with ada.store.read() as tx:
        rows = [(row.event, row.owner) for row in tx.execute(select(log).order_by(log.c.id))]
    assert rows[-3:] == [("sign_in", "ada"), ("sign_in_refused", "ada"), ("sign_out", "ada")]


def test_a_new_password_of_ones_own_ends_the_other_sessions(ada: Site) -> None:
    browser, other = ada.signed_in("ada"), ada.signed_in("ada")
    new = {"old_password": PASSWORD, "new_password": "another secret"}
    wrong = browser.post("/auth/password", json={**new, "old_password": "guess"})
    assert wrong.status_code == 401
    assert browser.post("/auth/password", json={**new, "new_password": "short"}).status_code == 400
    assert browser.post("/auth/password", json=new).status_code == 204
    assert browser.get("/auth/me").status_code == 200
    assert other.get("/auth/me").status_code == 401
    ada.signed_in("ada", "another secret")


# --- what Airflow's lines stored ---------------------------------------------------------------


def werkzeug_pbkdf2(plain: str) -> str:
    salt = "NaCl1234"
    digest = hashlib.pbkdf2_hmac("sha256", plain.encode(), salt.encode(), 1000).hex()
    return f"pbkdf2:sha256:1000${salt}${digest}"


def werkzeug_scrypt(plain: str) -> str:
    digest = hashlib.scrypt(
        plain.encode(), salt=b"NaCl1234", n=32768, r=8, p=1, maxmem=132 * 32768 * 8
    )
    return f"scrypt:32768:8:1$NaCl1234${digest.hex()}"


STORED: Mapping[str, str] = {
    "1.x": bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode(),
    "2.x": werkzeug_pbkdf2(PASSWORD),
    "FAB": werkzeug_scrypt(PASSWORD),
}


@pytest.mark.parametrize("line", STORED)
def test_passwords_that_airflow_stored_are_known_and_hashed_anew(site: Site, line: str) -> None:
    with site.store.write() as tx:
        tx.execute(insert(users).values(username="old", password=STORED[line]))
    wrong = {"username": "old", "password": "not this one"}
    assert site.client().post("/auth/login", json=wrong).status_code == 401
    browser = site.signed_in("old")
    assert browser.get("/auth/me").json()["roles"] == ["User"]
    with site.store.read() as tx:
        stored = tx.execute(select(users.c.password)).scalar_one()
    assert not is_dated(stored) and is_right(PASSWORD, stored)
    site.signed_in("old")


@pytest.mark.parametrize(
    "stored",
    [
        *(None, "", PASSWORD, "md5$x$y", "$2b$", "$argon2id$nonsense"),
        *("scrypt$zz$zz", "scrypt:9999999:8:1$s$h"),
        *("pbkdf2:md5:1$s$h", "pbkdf2:sha256:99999999999$s$h"),
    ],
)
def test_what_is_no_hash_opens_nothing(stored: str | None) -> None:
    assert not is_right(PASSWORD, stored)
    assert not is_right("", stored)


def test_two_hashes_of_one_password_differ() -> None:
    word = secrets.token_hex(8)
    assert hashed(word) != hashed(word)
    assert is_right(word, hashed(word)) and not is_right(word + "x", hashed(word))
    assert not is_right("x" * 5000, hashed(word))


def test_who_is_signed_out_hears_no_more_of_a_run_that_they_follow(ada: Site) -> None:
    spec = make.dag(make.task("a"), dag_id="d")
    put(ada.store, spec)
    run(ada.store, spec)
    browser = ada.signed_in("ada")
    lines: list[str] = []

    def follow() -> None:
        with browser.stream("GET", "/api/v2/dags/d/dagRuns/r1/wait?interval=0.01") as answer:
            lines.extend(answer.iter_lines())

    # The stream ends by itself: the run never does.
    waiting = threading.Thread(target=follow)
    before = ada.clock.asked
    waiting.start()
    until(lambda: ada.clock.asked > before + 3, "the run is looked at again and again")
    ada.store.retrying(ENDINGS["being disabled"])
    waiting.join(30)
    assert not waiting.is_alive()
    assert set(lines) == {'{"state":"running"}'}
