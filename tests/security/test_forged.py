"""Words that look like a session or a token, and are none of ours."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests import make
from tests.config.make import config
from tests.security.conftest import Site
from venturi.api.auth.tokens import ALGORITHM, make_token
from venturi.api.auth.way import sign_in
from venturi.config import ConfigError, get_config
from venturi.config.generated import KNOWN_SECRETS
from venturi.store.engine import Store
from venturi.store.migrate import fill_defaults
from venturi.store.queries.users import get_user, installation_id
from venturi.store.schema.all import metadata


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture
def claims(site: Site) -> dict[str, Any]:
    """What a good token of an administrator says."""
    site.user("ada", "Admin")
    return dict(jwt.decode(site.token("ada"), options={"verify_signature": False}))


def secret() -> str:
    return str(get_config().get("api_auth", "jwt_secret"))


FORGED: dict[str, Callable[[dict[str, Any]], str]] = {
    "without signature": lambda c: f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(c)}.",
    "None, in capitals": lambda c: f"{part({'alg': 'NONE'})}.{part(c)}.",
    "with the signature left out": lambda c: (
        jwt.encode(c, secret(), "HS256").rpartition(".")[0] + "."
    ),
    "with another algorithm": lambda c: jwt.encode(c, secret() * 2, "HS512"),
    "signed with its own public part": lambda c: jwt.encode(c, part(c) * 2, "HS256"),
    "with other claims under a good signature": lambda c: ".".join(
        [
            jwt.encode({**c, "sub": "2"}, secret(), "HS256").split(".")[0],
            part({**c, "sub": "1", "exp": 2**40}),
            jwt.encode({**c, "sub": "2"}, secret(), "HS256").split(".")[2],
        ]
    ),
    "with a key that names a file": lambda c: jwt.encode(
        c, secret(), "HS256", headers={"kid": "../../../dev/null"}
    ).replace(".", "!", 1),
    "for another installation": lambda c: jwt.encode({**c, "aud": "0" * 32}, secret(), "HS256"),
    "for no installation": lambda c: jwt.encode(
        {k: v for k, v in c.items() if k != "aud"}, secret(), "HS256"
    ),
    "of another issuer": lambda c: jwt.encode({**c, "iss": "airflow"}, secret(), "HS256"),
    "that is over": lambda c: jwt.encode({**c, "exp": c["iat"] - 1}, secret(), "HS256"),
    "without an end": lambda c: jwt.encode(
        {k: v for k, v in c.items() if k != "exp"}, secret(), "HS256"
    ),
    "of tomorrow": lambda c: jwt.encode(
        {**c, "iat": c["iat"] + 90_000, "exp": c["exp"] + 90_000}, secret(), "HS256"
    ),
    "of a user who is not there": lambda c: jwt.encode({**c, "sub": "99"}, secret(), "HS256"),
    "with another seal": lambda c: jwt.encode({**c, "seal": "0" * 64}, secret(), "HS256"),
    "with a number that is none": lambda c: jwt.encode({**c, "sub": "1 OR 1=1"}, secret(), "HS256"),
    "that never ends": lambda c: jwt.encode({**c, "iat": "nan"}, secret(), "HS256"),
    "of nothing": lambda _: "..",
    "of rubbish": lambda _: "a.b.c",
    "an API token of nobody": lambda _: "vt_" + "A" * 43,
    "an empty API token": lambda _: "vt_",
    "very long": lambda _: "x." * 2 + "y" * 50_000,
}


def test_a_good_token_is_good(site: Site, claims: dict[str, Any]) -> None:
    good = jwt.encode(claims, secret(), ALGORITHM)
    assert site.client(authorization=f"Bearer {good}").get("/auth/me").status_code == 200


@pytest.mark.parametrize("kind", FORGED)
def test_a_token_is_refused(site: Site, claims: dict[str, Any], kind: str) -> None:
    forged = FORGED[kind](claims)
    answer = site.client(authorization=f"Bearer {forged}").get("/auth/me")
    assert answer.status_code == 401
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("key", [*sorted(KNOWN_SECRETS), "cryptography_not_found", "", "a" * 64])
@pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
def test_a_token_signed_with_a_known_key_is_refused(
    site: Site, claims: dict[str, Any], key: str
) -> None:
    forged = jwt.encode(claims, key or "\0", ALGORITHM)
    assert site.client(authorization=f"Bearer {forged}").get("/auth/me").status_code == 401


def test_what_is_good_at_one_installation_is_worth_nothing_at_another(
    site: Site, claims: dict[str, Any], tmp_path: Path
) -> None:
    """Even with the same secret, the same user and the same password hash."""
    browser = site.signed_in("ada")
    other_home = tmp_path / "other"
    other_home.mkdir()
    other = Store(f"sqlite:///{other_home}/airflow.db")
    with other.write() as tx:
        metadata.create_all(tx)
        fill_defaults(tx)
    elsewhere = Site(other_home, other)
    elsewhere.user("ada", "Admin")
    with site.store.read() as tx:
        here, user = installation_id(tx), get_user(tx, "ada")
    with other.read() as tx:
        assert installation_id(tx) != here
    token = make_token(user, here, secret(), timedelta(hours=1), make.NOW)
    assert site.client(authorization=f"Bearer {token}").get("/auth/me").status_code == 200
    assert elsewhere.client(authorization=f"Bearer {token}").get("/auth/me").status_code == 401
    word = browser.cookies["venturi_session"]
    assert elsewhere.client(cookie=f"venturi_session={word}").get("/auth/me").status_code == 401
    other.close()


@pytest.mark.parametrize(
    "cookie",
    [
        "venturi_session=",
        "venturi_session=1",
        "venturi_session=' OR '1'='1",
        "venturi_session=" + "0" * 64,
        "session=eyJ1c2VyIjoxfQ.fake",
        "_token=eyJhbGciOiJub25lIn0.e30.",
        "venturi_session=\xff\xfe",
    ],
)
def test_a_cookie_that_nobody_was_given_is_refused(site: Site, cookie: str) -> None:
    site.user("ada", "Admin")
    headers = [(b"cookie", cookie.encode("latin-1"))]
    answer = site.client().get("/auth/me", headers=headers)
    assert answer.status_code == 401


def test_the_hash_of_a_session_is_no_session(site: Site) -> None:
    """Who has read the database cannot sign in with what stands there."""
    site.user("ada", "Admin")
    site.signed_in("ada")
    with site.store.read() as tx:
        row = tx.exec_driver_sql("SELECT token_hash FROM user_session").one()
    cookie = f"venturi_session={row.token_hash}"
    assert site.client(cookie=cookie).get("/auth/me").status_code == 401


@pytest.mark.parametrize("section", ["[webserver]\nsecret_key", "[api_auth]\njwt_secret"])
def test_a_secret_that_can_be_guessed_is_refused_with_the_remedy(
    tmp_path: Path, section: str
) -> None:
    with pytest.raises(ConfigError, match=r"can be guessed.*remove the line"):
        sign_in(config(tmp_path, f"{section} = hunter2\n"))
    assert sign_in(config(tmp_path / "long", f"{section} = {'k3' * 12}\n")).required
    # One that stands in published files is as if it were not there.
    assert sign_in(config(tmp_path / "known", f"{section} = temporary_key\n")).required
