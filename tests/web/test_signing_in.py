"""Signing in with the browser, and what somebody sees who may see only their own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.instance import Instance
from tests.api.processes import Web
from tests.system.home import until
from tests.web.conftest import PATIENCE_MS

ASKED = re.compile(r"/auth/login\?next=")
#: Names of DAGs that are not hers.
OTHERS = re.compile(r"\b(late|mends|slow|ct1|anns|evil)\b")
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


def sign_in(page: Page, closed: str, name: str, word: str) -> None:
    """Give name and password on the page that asks for them."""
    page.goto(f"{closed}/dags")
    page.wait_for_url(ASKED)
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").first.fill(word)
    page.get_by_role("button", name="Sign in").click()


def test_a_user_made_in_the_browser_signs_in_sees_their_own_and_is_gone_when_deleted(
    page: Page, site: Instance, closed: str, browser: Browser
) -> None:
    page.goto("/users")
    page.get_by_role("button", name="New user").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("User name").fill("bea")
    dialog.get_by_label("Password").first.fill(WORD)
    dialog.get_by_role("combobox", name="Roles").press("ArrowDown")
    page.get_by_role("option", name="User", exact=True).click()
    dialog.get_by_label("First name").click()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    row = page.locator('tr[data-id="bea"]')
    expect(row).to_contain_text("User")

    context = browser.new_context(locale="en-US", reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    hers = context.new_page()
    sign_in(hers, closed, "bea", WORD)
    rows = hers.get_by_role("table", name="DAGs").locator("tbody tr[data-id]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("beas")
    for address in (
        "/dag_runs",
        "/task_instances",
        "/xcoms",
        "/misses",
        "/queues",
        "/asset_events",
    ):
        hers.goto(closed + address)
        hers.locator("h1").first.wait_for()
        expect(hers.locator("main .page")).not_to_contain_text(OTHERS)
    hers.goto(f"{closed}/users")
    expect(hers.get_by_role("alert")).to_be_visible()

    # A new password ends what she is signed in with; the old one opens nothing any more.
    row.get_by_role("button", name="bea").click()
    dialog.get_by_label("Password").first.fill(f"another {WORD}")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    sign_in(hers, closed, "bea", WORD)
    expect(hers.get_by_role("alert")).to_be_visible()
    sign_in(hers, closed, "bea", f"another {WORD}")
    expect(rows).to_have_count(1)

    page.get_by_label("Select bea").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(row).to_have_count(0)
    hers.goto(f"{closed}/dags")
    hers.wait_for_url(ASKED)
    context.close()


def test_a_role_is_made_changed_and_deleted_and_what_dags_grant_is_listed(
    page: Page, site: Instance
) -> None:
    site.wait_listed("reads")
    page.goto("/roles")
    matrix = page.get_by_role("table", name="Roles")
    variables = matrix.get_by_role("row", name="Variables")
    expect(variables.get_by_role("cell")).to_contain_text(
        ["nothing", "nothing", "everything", "everything"]
    )
    grants = page.get_by_role("table", name="What DAGs grant by themselves")
    expect(grants.locator("tbody tr[data-id]")).to_have_text(["readsReadersread"])
    page.get_by_role("button", name="New role").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Readers")
    dialog.get_by_role("checkbox", name="Variables: read").check()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    expect(variables.get_by_role("cell")).to_contain_text(["read"])
    page.get_by_role("button", name="Change role Readers").click()
    dialog.get_by_role("checkbox", name="Variables: edit").check()
    dialog.get_by_role("button", name="Save").click()
    expect(variables.get_by_role("cell").last).to_have_text("read, edit")
    page.get_by_role("button", name="Change role Readers").click()
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Change role Readers")).to_have_count(0)
