"""Who has an answer already is told so."""

from starlette.testclient import TestClient

from tests import make
from tests.store.home import put
from venturi.store.engine import Store

SPEC = make.dag(make.task("a"), dag_id="d")


def test_an_answer_that_has_not_changed_is_not_sent_again(web: TestClient, store: Store) -> None:
    put(store, SPEC)
    first = web.get("dags")
    again = web.get("dags", headers={"if-none-match": f'W/"x", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    web.patch("dags/d", json={"is_paused": True})
    changed = web.get("dags", headers={"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json()["dags"][0]["is_paused"]


def test_refusals_and_changes_have_no_tag(web: TestClient) -> None:
    assert "etag" not in web.get("dags/nope").headers
    assert "etag" not in web.post("pools", json={"name": "p" * 200, "slots": 1}).headers
