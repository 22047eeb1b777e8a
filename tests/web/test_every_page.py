"""Every page: opens, is accessible in light and dark, fits a phone, and takes text as text."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from scripts.instance import Instance
from tests.web.conftest import AXE, PATIENCE_MS
from tests.web.dags import EVIL

TABS = ("grid", "graph", "gantt", "runs", "calendar", "charts", "backfills", "code", "details")
RUN_TABS = ("tasks", "gantt", "graph", "resources", "why", "details")
TASK_TABS = ("log", "why", "details", "xcom", "attempts", "history")
#: In the dark only colours are different.
RULES: dict[str, Any] = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast"]},
}
#: All pages in one test: on a loaded machine that takes its time.
pytestmark = pytest.mark.timeout(600)
PHONE: ViewportSize = {"width": 380, "height": 760}
#: Nothing of a page is still on its way.
QUIET = "() => !document.querySelector('[role=status][aria-label=Loading]')"


@pytest.fixture(scope="session")
def evil_run(site: Instance) -> str:
    """A run of the DAG whose every text is an attack, with a note and a configuration."""
    body = {"logical_date": None, "conf": {"key": EVIL}, "note": EVIL}
    run_id = str(site.rest("POST", "/dags/evil/dagRuns", body)["dag_run_id"])
    path = f"/dags/evil/dagRuns/{quote(run_id, safe='')}"

    def ended() -> bool:
        return str(site.rest("GET", path)["state"]) in {"success", "failed"}

    site.wait_for("the run of evil to end", ended, 60, 0.05)
    site.rest("PATCH", f"{path}/taskInstances/leaves", {"note": EVIL})
    return run_id


def addresses(run_id: str) -> list[str]:
    """Every address there is."""
    run = f"/dags/evil/runs/{quote(run_id, safe='')}"
    return [
        "/",
        "/dags",
        *(f"/dags/evil/{tab}" for tab in (*TABS, "events")),
        f"/dags/evil/grid?run={quote(run_id)}&task=leaves",
        *(f"{run}?tab={tab}" for tab in RUN_TABS),
        *(f"{run}/tasks/leaves?tab={tab}" for tab in TASK_TABS),
        f"{run}/tasks/fails",
    ]


def open_page(page: Page, address: str) -> None:
    """Go there and wait until everything that was asked for has come."""
    page.goto(address)
    page.locator("h1").first.wait_for()
    page.wait_for_function(QUIET)


def test_text_from_people_is_never_executed_on_any_page(
    page: Page, site: Instance, evil_run: str
) -> None:
    for address in addresses(evil_run):
        open_page(page, address)
        assert page.evaluate("window.pwned") is None, address
        assert page.locator("img[src=x]").count() == 0, address
    expect(page.locator("body")).to_contain_text("onerror=window.pwned=1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_finding_of_axe(
    site: Instance, browser: Browser, evil_run: str, scheme: Any
) -> None:
    context = browser.new_context(
        base_url=site.url, color_scheme=scheme, reduced_motion="reduce", locale="en-US"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    found = {}
    for address in addresses(evil_run):
        open_page(page, address)
        page.evaluate(AXE.read_text())
        result = page.evaluate("options => axe.run(document, options)", RULES[scheme])
        serious = {
            each["id"]: [node["html"][:160] for node in each["nodes"][:3]]
            for each in result["violations"]
            if each["impact"] in {"serious", "critical"}
        }
        if serious:
            found[address] = serious
    context.close()
    assert not found, json.dumps(found, indent=1)


def test_every_page_fits_a_phone(site: Instance, browser: Browser, evil_run: str) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE, is_mobile=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wide = {}
    for address in addresses(evil_run):
        open_page(page, address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"] + 1:
            wide[address] = width
    context.close()
    assert not wide
