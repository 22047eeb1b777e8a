"""The plain page and the list of operations."""

from starlette.testclient import TestClient

from tests import make
from tests.store.home import put, run
from venturi.api.pages.html import page, tag
from venturi.store.engine import Store

HOME = "http://localhost:8080/"


def test_the_front_page_tells_health_and_dags(web: TestClient, store: Store) -> None:
    spec = make.dag(make.task("a", owner="ann"), dag_id="d", label="Daily & nightly")
    put(store, spec)
    run(store, spec, state="success")
    answer = web.get(HOME)
    assert answer.headers["content-type"].startswith("text/html")
    assert "Daily &amp; nightly" in answer.text
    assert "1 success" in answer.text
    assert 'class="unhealthy"' in answer.text
    assert 'href="/docs"' in answer.text


def test_text_from_users_never_becomes_markup(web: TestClient, store: Store) -> None:
    evil = '<script>alert("1")</script>'
    put(store, make.dag(make.task("a", owner=evil), dag_id="d", label=evil))
    text = web.get(HOME).text
    assert "<script" not in text
    assert text.count("&lt;script&gt;") == 2


def test_attributes_are_escaped_too() -> None:
    assert tag("a", "x", href='"><script>') == '<a href="&quot;&gt;&lt;script&gt;">x</a>'
    assert b"<title>&lt;b&gt;</title>" in page("<b>")


def test_the_list_of_operations_needs_nothing_from_elsewhere(web: TestClient) -> None:
    text = web.get(HOME + "docs").text
    assert "/api/v2/dags/{dag_id}" in text
    assert "https://" not in text
    assert "<script" not in text
    assert web.get(HOME + "style.css").headers["content-type"].startswith("text/css")
