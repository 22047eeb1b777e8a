"""Every list page: accessible in light and dark, and as wide as a phone."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser

from scripts.instance import Instance
from tests.web.conftest import AXE, PATIENCE_MS
from tests.web.test_every_page import PHONE, RULES, open_page

#: All pages in one test: on a loaded machine that takes its time.
pytestmark = pytest.mark.timeout(600)
LISTS = (
    *("dag_runs", "task_instances", "assets", "events", "jobs", "connections", "variables"),
    *("pools", "users", "plugins", "config", "profiling", "required_actions", "xcoms", "misses"),
    *("misses?show=deadlines", "asset_events", "asset/1", "queues", "roles"),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_list_has_a_serious_finding_of_axe(
    site: Instance, browser: Browser, scheme: Any
) -> None:
    site.trigger("ct1")
    context = browser.new_context(
        base_url=site.url, color_scheme=scheme, reduced_motion="reduce", locale="en-US"
    )
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    found = {}
    for name in LISTS:
        open_page(page, f"/{name}")
        page.evaluate(AXE.read_text())
        result = page.evaluate("options => axe.run(document, options)", RULES[scheme])
        serious = {
            each["id"]: [node["html"][:160] for node in each["nodes"][:3]]
            for each in result["violations"]
            if each["impact"] in {"serious", "critical"}
        }
        if serious:
            found[name] = serious
    context.close()
    assert not found, json.dumps(found, indent=1)


def test_every_list_fits_a_phone(site: Instance, browser: Browser) -> None:
    context = browser.new_context(base_url=site.url, viewport=PHONE, is_mobile=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wide = {}
    for name in LISTS:
        open_page(page, f"/{name}")
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"] + 1:
            wide[name] = width
    context.close()
    assert not wide
