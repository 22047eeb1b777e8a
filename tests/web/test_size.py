"""Pages at size, counted: elements, bytes and questions; what is not in sight does not exist.

No time is measured here: that is `make bench ONLY=pages`.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bench.web import served
from bench.web_data import HISTORY, LARGE, Size, fill, write_log
from bench.web_pages import Shown, Wire, check, open_page, settle, shown
from tests.web.conftest import PATIENCE_MS
from venturi.store.engine import Store
from venturi.store.migrate import migrate

SIZE = Size(dags=120, tasks=1000, runs=4, history=500, lines=50_000)
#: Elements that a page may have, whatever it shows: scrolled, and where it has no box, as it opens.
ELEMENTS = {
    "floor: a page with nothing": 60,
    "home": 700,
    "120 DAGs": 3000,
    "grid, 1,000 tasks": 1500,
    "graph, folded": 900,
    "graph, 1,000 tasks": 4500,
    "Gantt, 1,000 tasks": 1300,
    "500 runs": 1800,
    "log, 50,000 lines": 900,
}
KIB = 1024
#: Compressed bytes of code, style and data until the first page stands.
FIRST_PAGE = 320 * KIB


@pytest.fixture(scope="module")
def large_site(chromium: str) -> Iterator[str]:
    """The web server on a database with much in it."""
    with tempfile.TemporaryDirectory(prefix="vs-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        (home / "dags").mkdir()
        store = Store(f"sqlite:///{home}/airflow.db")
        migrate(store)
        fill(store, SIZE)
        store.close()
        write_log(home / "logs", SIZE.lines)
        with served(home) as (url, _):
            yield url


@pytest.fixture
def large_page(large_site: str, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-US")
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def elements(page: Page) -> int:
    return int(page.evaluate("document.getElementsByTagName('*').length"))


@pytest.mark.parametrize("one", shown(SIZE), ids=lambda one: one.name)
def test_a_page_shows_all_there_is_with_a_bounded_number_of_elements(
    large_site: str, large_page: Page, one: Shown
) -> None:
    open_page(large_page, large_site, one)
    settle(large_page)
    check(large_page, one)
    assert elements(large_page) <= ELEMENTS[one.name]
    if one.box and not one.box.startswith(".react-flow"):
        for share in (0.3, 0.7, 1):
            large_page.evaluate(
                "([box, share]) => { const it = document.querySelector(box);"
                " it.scrollTop = share * it.scrollHeight; }",
                [one.box, share],
            )
            settle(large_page)
            assert elements(large_page) <= ELEMENTS[one.name]


def test_a_grid_of_a_year_of_runs_draws_the_columns_in_sight(
    large_site: str, large_page: Page
) -> None:
    grid = Shown("year", f"/dags/{HISTORY}/grid?runs=365", "grid", "1", 1, 1)
    open_page(large_page, large_site, grid)
    box = large_page.locator("[role=grid]")
    assert box.get_attribute("aria-colcount") == "366"
    drawn = large_page.locator(".grid-run")
    assert 50 <= drawn.count() <= 120
    # It begins with the newest; the oldest come into being on the way to them.
    newest = large_page.locator(".grid-run[aria-colindex='366']")
    oldest = large_page.locator(".grid-run[aria-colindex='2']")
    newest.wait_for()
    assert oldest.count() == 0
    large_page.evaluate("document.querySelector('[role=grid]').scrollLeft = 0")
    oldest.wait_for()
    assert 50 <= drawn.count() <= 120
    # A column stands where it belongs, whichever others are drawn.
    corner, first = (
        large_page.locator(each).bounding_box() for each in (".grid-corner", ".grid-run >> nth=0")
    )
    assert corner is not None
    assert first is not None
    assert abs(first["x"] - corner["x"] - corner["width"]) <= 2


def test_no_task_of_a_large_graph_lies_on_another(large_site: str, large_page: Page) -> None:
    graph = next(one for one in shown(SIZE) if one.name == "graph, 1,000 tasks")
    open_page(large_page, large_site, graph)
    settle(large_page)
    boxes: list[list[float]] = large_page.evaluate(
        "[...document.querySelectorAll('.task-node:not(.open)')].map(each => {"
        " const box = each.getBoundingClientRect();"
        " return [box.left, box.top, box.right, box.bottom]; })"
    )
    assert len(boxes) >= 50
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            apart = other[0] >= right or other[2] <= left or other[1] >= bottom or other[3] <= top
            assert apart


def test_the_first_page_is_light_and_asks_each_question_once(
    large_site: str, large_page: Page
) -> None:
    asked: list[str] = []
    large_page.on("request", lambda request: asked.append(request.url.removeprefix(large_site)))
    wire = Wire(large_page.context.new_cdp_session(large_page))
    home = next(one for one in shown(SIZE) if one.name == "home")
    open_page(large_page, large_site, home)
    settle(large_page)
    assert wire.bytes <= FIRST_PAGE
    assert wire.bytes >= 100 * KIB
    assert asked.count("/ui/home") == 1


@pytest.mark.parametrize(
    ("path", "mark", "once"),
    [
        ("/dags", "list", "/ui/dags?"),
        (f"/dags/{LARGE}/grid", "grid", f"/ui/dags/{LARGE}/grid?"),
        (f"/dags/{LARGE}/graph", "graph", f"/ui/dags/{LARGE}/structure"),
    ],
)
def test_what_is_asked_early_is_not_asked_again(
    large_site: str, large_page: Page, path: str, mark: str, once: str
) -> None:
    asked: list[str] = []
    large_page.on("request", lambda request: asked.append(request.url.removeprefix(large_site)))
    open_page(large_page, large_site, Shown("page", path, mark, "1", 1, 1))
    settle(large_page)
    questions = [each for each in asked if each.startswith(("/ui/", "/api/"))]
    assert not [each for each, count in Counter(questions).items() if count > 1]
    main = [each for each in questions if each.startswith(once) and "dag_id=" not in each]
    assert len(main) == 1
