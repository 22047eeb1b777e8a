"""The plain page and the list of operations."""

from starlette.testclient import TestClient

from venturi.api.pages.html import page, tag

HOME = "http://localhost:8080/"


def test_without_a_built_interface_a_plain_page_tells_health_and_the_way_out(
    web: TestClient,
) -> None:
    answer = web.get(HOME)
    assert answer.headers["content-type"].startswith("text/html")
    assert "make install" in answer.text
    assert 'class="unhealthy"' in answer.text
    assert 'href="/docs"' in answer.text


def test_text_from_outside_never_becomes_markup() -> None:
    evil = '<script>alert("1")</script>'
    text = page(evil, tag("p", evil)).decode()
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
