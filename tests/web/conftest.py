"""A live engine, a browser, and pages that complain when anything goes wrong in them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from scripts.instance import Instance
from tests.web.dags import FILES
from venturi.api.pages.static import UI_DIST

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: What a page may take to show something on a loaded machine.
PATIENCE_MS = 20_000
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Where nothing can be tested, that is said aloud; CI insists."""
    missing = [
        what
        for what, is_there in (
            ("chromium (apt-get install chromium)", bool(CHROMIUM)),
            ("the built interface (make install without VENTURI_SKIP_UI)", UI_DIST.is_dir()),
            ("axe-core (make install)", AXE.is_file()),
        )
        if not is_there
    ]
    if missing:
        message = f"The browser tests need {' and '.join(missing)}."
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return CHROMIUM


@pytest.fixture(scope="session")
def site(chromium: str) -> Iterator[Instance]:
    """`airflow standalone` with the DAGs of these tests."""
    home = Path(tempfile.mkdtemp(prefix="vw-")).resolve()
    (home / "dags").mkdir()
    for name, text in FILES.items():
        (home / "dags" / name).write_text(text, encoding="utf-8")
    settings = {
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
    }
    with Instance(home, settings) as made:
        made.wait_healthy()
        for dag_id in ("ct1", "mends", "slow", "evil", "grouped", "anns", "asks", "late"):
            made.wait_listed(dag_id)
        yield made
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for the tests of a file.

    Not longer: while it is there an event loop runs in this thread, and other tests could start
    none.
    """
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        yield made
        made.close()


@pytest.fixture
def context(site: Instance, browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser, English, UTC, on a usual screen."""
    made = browser.new_context(
        base_url=site.url,
        viewport={"width": 1280, "height": 860},
        locale="en-US",
        timezone_id="UTC",
        reduced_motion="reduce",
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page; whatever its console complains about fails the test."""
    made = context.new_page()
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        # A refusal that a test provokes is told by the page itself.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    made.on("console", note)
    made.on("pageerror", lambda error: complaints.append(str(error)))
    yield made
    assert not complaints, complaints
