"""What people do in the browser every day, against a live engine."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from scripts.instance import Instance

LONG = 40_000
SUCCESS = re.compile("success")


def test_a_dag_is_unpaused_and_run_and_its_graph_turns_green_without_reload(
    page: Page, site: Instance
) -> None:
    page.goto("/dags")
    page.get_by_label("Search by name").fill("ct1")
    expect(page.get_by_text("1 DAG", exact=True)).to_be_visible()  # rows move until then
    row = page.locator('tr[data-id="ct1"]')
    row.get_by_role("switch").click(force=True)
    expect(page.get_by_text("ct1 is unpaused")).to_be_visible()
    assert site.rest("GET", "/dags/ct1")["is_paused"] is False
    row.get_by_role("button", name="Run ct1 now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.wait_for()
    dialog.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/dags/ct1/runs/*")
    page.evaluate("window.sameDocument = true")
    page.get_by_role("tab", name="Graph").click()
    for task in ("first", "second"):
        node = page.locator(f'.task-node[data-task="{task}"]')
        expect(node).to_have_attribute("data-state", "success", timeout=LONG)
    expect(page.locator('.page-head .chip[data-state="success"]')).to_be_visible(timeout=LONG)
    assert page.evaluate("window.sameDocument") is True


def test_a_log_is_read_while_it_is_written_and_why_tells_what_waits(
    page: Page, site: Instance
) -> None:
    run_id = site.trigger("slow")
    page.goto(f"/dags/slow/runs/{run_id}/tasks/talks")
    log = page.get_by_role("log")
    expect(log.get_by_text("line 3", exact=False).first).to_be_visible(timeout=LONG)
    expect(log.get_by_text("line 9", exact=False).first).to_be_visible(timeout=LONG)
    page.goto(f"/dags/slow/runs/{run_id}/tasks/waits")
    page.get_by_role("tab", name="Why").click()
    reasons = page.locator(".reasons")
    expect(reasons).to_contain_text("talks")
    # What runs is stopped by marking the run; the page says what happened.
    page.goto(f"/dags/slow/runs/{run_id}")
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Mark as failed").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark", exact=True).click()
    expect(page.get_by_text("is failed now")).to_be_visible()
    expect(page.locator('.page-head .chip[data-state="failed"]')).to_be_visible()


def test_a_failed_task_is_found_on_the_home_page_cleared_and_seen_to_succeed(
    page: Page, site: Instance
) -> None:
    (site.home / "mended").unlink(missing_ok=True)
    run_id = site.trigger("mends")
    page.goto("/")
    failed = page.get_by_role("region", name="Failed")
    expect(failed.get_by_role("link", name="needs_file")).to_be_visible(timeout=LONG)
    failed.locator(".row-link", has_text="needs_file").get_by_role("link", name="log").click()
    expect(page.get_by_role("log").get_by_text("the file is missing").first).to_be_visible()
    expect(page.locator(".sentence")).to_contain_text("failed")
    Path(site.home / "mended").touch()
    page.get_by_role("button", name="Clear", exact=True).click()
    dialog = page.get_by_role("dialog")
    # The preview names what will be touched: the task and the one after it.
    expect(dialog.locator(".preview-list li")).to_have_count(2)
    dialog.get_by_role("button", name="Clear 2").click()
    expect(page.get_by_text("2 task instances were cleared")).to_be_visible()
    expect(page.locator('.page-head .chip[data-state="success"]')).to_be_visible(timeout=LONG)
    page.get_by_role("tab", name="Attempts").click()
    expect(page.get_by_role("table", name="Attempts").locator("tbody tr[data-id]")).to_have_count(2)
    page.goto(f"/dags/mends/runs/{run_id}")
    expect(page.locator('.page-head .chip[data-state="success"]')).to_be_visible(timeout=LONG)


def test_notes_of_a_run_and_of_a_task_are_kept(page: Page, site: Instance) -> None:
    run_id = site.trigger("evil")
    run = f"/dags/evil/runs/{run_id}"
    for address in (run, f"{run}/tasks/leaves"):
        page.goto(f"{address}?tab=details")
        field = page.get_by_role("textbox", name="Note")
        save = page.get_by_role("button", name="Save the note")
        expect(field).to_have_value("")
        expect(save).to_have_count(0)
        field.fill("the source was late")
        save.click()
        expect(page.get_by_text("The note is saved")).to_be_visible()
        expect(save).to_have_count(0)
        page.reload()
        expect(page.get_by_role("textbox", name="Note")).to_have_value("the source was late")


def test_groups_fold_in_the_grid_and_the_address_remembers_what_is_selected(
    page: Page, site: Instance
) -> None:
    site.command("dags", "unpause", "grouped")
    site.trigger("grouped")
    page.goto("/dags/grouped/grid")
    grid = page.get_by_role("grid")
    name = grid.get_by_role("button", name="a", exact=True)
    expect(name).to_be_visible()
    grid.get_by_role("button", name="Fold inner").click()
    expect(name).to_have_count(0)
    assert "fold=outer.inner" in page.url
    page.reload()
    expect(grid.get_by_role("button", name="Unfold inner")).to_be_visible()
    grid.focus()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("run="))
    page.keyboard.press("Escape")
    expect(page).not_to_have_url(re.compile("run="))


def test_the_palette_finds_a_dag_and_switches_the_language(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Home", level=1)).to_be_visible()
    page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Search")
    field.fill("mends")
    expect(page.get_by_role("option").first).to_contain_text("mends")
    page.keyboard.press("Enter")
    page.wait_for_url("**/dags/mends")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="Search").fill("中文")
    page.keyboard.press("Enter")
    expect(page.get_by_role("tab", name="网格")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "zh"


def test_a_lost_stream_shows_itself_and_heals(page: Page, site: Instance) -> None:
    page.route("**/ui/events", lambda route: route.abort())
    page.goto("/dags/ct1/runs")
    badge = page.locator("[data-live]")
    expect(badge).to_have_attribute("data-live", "lost")
    expect(badge).to_contain_text("Reconnecting")
    run_id = site.trigger("ct1")
    page.unroute("**/ui/events")
    expect(badge).to_have_attribute("data-live", "live")
    # What happened meanwhile is there without a reload.
    expect(page.locator(f'tr[data-id="{run_id}"]')).to_be_visible()


def test_addresses_of_older_interfaces_and_wrong_ones_lead_somewhere(page: Page) -> None:
    page.goto("/admin/airflow/graph?dag_id=ct1")
    page.wait_for_url("**/dags/ct1/graph")
    page.goto("/no/such/page")
    expect(page.get_by_text("There is no page at this address")).to_be_visible()
    page.goto("/dags/nobody")
    expect(page.get_by_role("alert")).to_contain_text("There is no DAG 'nobody'")
