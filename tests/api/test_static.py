"""The built interface as the server hands it out, and where old addresses lead."""

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

HOST = "http://localhost:8080"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A small interface as the build leaves one."""
    assets = tmp_path / "ui_dist" / "assets"
    assets.mkdir(parents=True)
    (assets.parent / "index.html").write_text('<meta nonce="{{nonce}}"><div id="root"></div>')
    (assets / "main-abc.js").write_text("plain")
    (assets / "main-abc.js.gz").write_text("zipped")
    (assets / "notes.txt").write_text("no")
    (assets.parent / "secret.js").write_text("no")
    return assets


@pytest.mark.usefixtures("built")
def test_each_page_gets_a_number_of_its_own_for_its_styles_and_no_inline_script(
    web: TestClient,
) -> None:
    seen = set()
    for path in ("/", "/dags/a/graph", "/dags/a/runs/manual__2026-01-01T00:00:00+00:00"):
        answer = web.get(HOST + path)
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        nonce = re.findall(r'nonce="([^"]+)"', answer.text)[0]
        assert f"style-src 'self' 'nonce-{nonce}'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert answer.headers["cache-control"] == "no-store"
        seen.add(nonce)
    assert len(seen) == 3


@pytest.mark.usefixtures("built")
def test_files_are_kept_for_ever_and_travel_compressed(web: TestClient) -> None:
    plain = web.get(f"{HOST}/assets/main-abc.js", headers={"accept-encoding": "identity"})
    assert (plain.text, plain.headers.get("content-encoding")) == ("plain", None)
    assert "immutable" in plain.headers["cache-control"]
    assert plain.headers["content-type"].startswith("text/javascript")
    with web.stream(
        "GET", f"{HOST}/assets/main-abc.js", headers={"accept-encoding": "gzip"}
    ) as zipped:
        assert zipped.headers["content-encoding"] == "gzip"
        assert b"".join(zipped.iter_raw()) == b"zipped"


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    "path",
    ["/assets/../secret.js", "/assets/%2e%2e%2fsecret.js", "/assets/notes.txt", "/assets/none.js"],
)
def test_nothing_but_built_files_is_served(web: TestClient, path: str) -> None:
    answer = web.get(HOST + path)
    assert answer.text != "no"
    assert answer.status_code == 404 or 'id="root"' in answer.text


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize("path", ["/api/v2/nothing", "/api/v1/dags", "/ui/nothing"])
def test_what_programs_ask_for_is_an_error_and_no_page(web: TestClient, path: str) -> None:
    assert web.get(HOST + path).status_code == 404
    assert web.post(HOST + path).status_code == 404


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/admin/", "/"),
        ("/home", "/"),
        ("/admin/airflow/tree?dag_id=a", "/dags/a/grid"),
        ("/tree?dag_id=a%20b", "/dags/a%20b/grid"),
        ("/dags/a/landing-times", "/dags/a/charts"),
        ("/dags/a/grid?dag_run_id=r1&task_id=t&tab=logs", "/dags/a/runs/r1/tasks/t?tab=log"),
        (
            "/log?dag_id=a&task_id=t&execution_date=2026-01-01T00%3A00%3A00%2B00%3A00",
            "/dags/a/find?at=2026-01-01T00%3A00%3A00%2B00%3A00&task=t&tab=log",
        ),
        ("/variable/list/", "/variables"),
    ],
)
def test_addresses_of_older_interfaces_lead_to_where_it_is_now(
    web: TestClient, old: str, new: str
) -> None:
    answer = web.get(HOST + old, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (302, new)
