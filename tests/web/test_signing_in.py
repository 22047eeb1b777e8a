"""Signing in with the browser, and what somebody sees who may see only their own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from scripts.instance import Instance
from tests.api.processes import Web
from tests.system.home import until

ASKED = re.compile(r"/auth/login\?next=")
WORD = "a long enough word"
CLOSED = {
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
    "AIRFLOW__WEBSERVER__FILTER_BY_OWNER": "True",
}


@pytest.fixture(scope="module")
def closed(site: Instance) -> Iterator[str]:
    """A second web server over the same state, where people sign in."""
    person = ["-u", "ann", "-r", "User", "-f", "Ann", "-l", "A", "-e", "ann@example.org"]
    site.command("users", "create", *person, "-p", WORD)
    made = Web(site.home, env=CLOSED)
    until(made.is_up, "the web server answers")
    yield made.url.removesuffix("/api/v2/")
    made.end()


def test_who_is_not_signed_in_is_asked_and_then_sees_only_their_own(
    page: Page, closed: str
) -> None:
    page.goto(f"{closed}/dags?show=active")
    page.wait_for_url(ASKED)
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password").first.fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Password").first.fill(WORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/dags\?show=active$"))
    rows = page.get_by_role("table", name="DAGs").locator("tbody tr[data-id]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("anns")
    page.goto(f"{closed}/dags/mends")
    expect(page.get_by_role("alert")).to_contain_text("There is no DAG 'mends'")
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_text("Signed in as ann")).to_be_visible()
    page.get_by_role("menuitem", name="Sign out").click()
    page.wait_for_url(re.compile("/auth/login"))
    page.goto(f"{closed}/dags")
    page.wait_for_url(ASKED)
