"""Lists that people change: made in the browser, seen by the server, and gone again."""

import re

from playwright.sync_api import Page, expect

from scripts.instance import Instance


def save(page: Page) -> None:
    """Press the dialog's button and wait until the server has said what happened."""
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_pool_is_made_changed_and_deleted(page: Page, site: Instance) -> None:
    page.goto("/pools")
    page.get_by_role("button", name="New pool").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("narrow")
    dialog.get_by_label("Slots").fill("2")
    save(page)
    assert site.rest("GET", "/pools/narrow")["slots"] == 2
    page.get_by_role("button", name="narrow", exact=True).click()
    page.get_by_role("dialog").get_by_label("Slots").fill("3")
    save(page)
    assert site.rest("GET", "/pools/narrow")["slots"] == 3
    page.get_by_label("Select narrow").check()
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="narrow", exact=True)).to_have_count(0)
    assert "narrow" not in {row["name"] for row in site.rest("GET", "/pools")["pools"]}


def test_a_variable_is_made_and_a_connection_is_tried_and_made(page: Page, site: Instance) -> None:
    page.goto("/variables")
    page.get_by_role("button", name="New variable").click()
    page.get_by_role("dialog").get_by_label("Key").fill("region")
    page.get_by_role("dialog").get_by_label("Value").fill("eu")
    save(page)
    assert site.rest("GET", "/variables/region")["value"] == "eu"
    page.goto("/connections")
    page.get_by_role("button", name="New connection").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name (conn_id)").fill("books")
    dialog.get_by_label("Type").fill("sqlite")
    save(page)
    assert site.rest("GET", "/connections/books")["conn_type"] == "sqlite"
    page.goto("/profiling?conn=books")
    page.get_by_label("SQL statement").fill("SELECT 6 * 7 AS answer")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("table", name="Result")).to_contain_text("42")
    page.get_by_label("SQL statement").fill("CREATE TABLE t (a)")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("only reading is allowed")


def test_runs_and_the_audit_log_are_found_by_filters_that_stand_in_the_address(
    page: Page, site: Instance
) -> None:
    run_id = site.trigger("ct1")
    page.goto("/dag_runs")
    page.get_by_label("DAG", exact=True).fill("ct1")
    expect(page).to_have_url(re.compile(r"/dag_runs\?dag=ct1$"))
    expect(page.get_by_role("link", name=run_id)).to_be_visible()
    page.goto("/events?dag=ct1")
    expect(page.get_by_role("table", name="Audit log")).to_contain_text("ct1")
