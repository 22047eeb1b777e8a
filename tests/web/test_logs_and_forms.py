"""Long logs, and the form of a DAG's params, in a browser against a live engine."""

import json
import re

from playwright.sync_api import Page, expect

from scripts.instance import Instance
from tests.web.test_main_actions import LONG

MILLION = 1_000_000


def test_a_million_lines_are_found_filtered_and_linked_to(page: Page, site: Instance) -> None:
    (site.home / "mended").unlink(missing_ok=True)  # another test may have mended it
    run_id = site.trigger("mends")
    page.goto(f"/dags/mends/runs/{run_id}/tasks/needs_file")
    expect(page.locator('.page-head .chip[data-state="failed"]')).to_be_visible(timeout=LONG)
    (path,) = site.home.glob(f"logs/dag_id=mends/run_id={run_id}/task_id=needs_file/*.log")
    error = "[2026-11-22T13:40:58.123+0000] {x.py:1} ERROR - the disk is full\n"
    body = [f"row {number} \x1b[32mgreen\x1b[0m <b>no tag</b>\n" for number in range(MILLION)]
    body[0] = error.replace("ERROR", "INFO")
    body[700_000] = error + body[700_000].replace("row", "below")
    body[700_002] = error.replace("ERROR", "INFO")
    path.write_text("".join(body))
    page.reload()
    log = page.get_by_role("log")
    expect(log.get_by_text("row 3", exact=True)).to_be_visible()
    expect(page.locator(".log-count")).to_contain_text("1000001 lines")
    assert page.locator(".log-line").count() < 200
    expect(log.locator(".ansi-green").first).to_have_text("green")
    assert log.locator("b").count() == 0
    page.get_by_role("button", name="First error").click()
    expect(log.get_by_text("ERROR - the disk is full")).to_be_visible()
    expect(page).to_have_url(re.compile("line=700001"))
    find = page.get_by_label("Find in the log")
    find.fill("ROW 99999")
    expect(page.get_by_role("status").filter(has_text="1 of 11")).to_be_visible()
    find.press("Shift+Enter")
    expect(log.get_by_text("999999", exact=False).first).to_be_visible()
    find.fill("")
    page.get_by_role("combobox", name="Level").click()
    page.get_by_role("option", name="Errors", exact=True).click()
    expect(page.locator(".log-line")).to_have_count(3)
    page.goto(f"/dags/mends/runs/{run_id}/tasks/needs_file?tab=log&line=500000")
    expect(page.locator(".log-chosen")).to_contain_text("row 499999 ")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert download.value.path().stat().st_size == path.stat().st_size


def test_a_run_is_started_from_its_params_and_replayed(page: Page, site: Instance) -> None:
    page.goto("/dags/asks")
    page.locator(".page-head").get_by_role("button", name="Run", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("How many").fill("70")
    dialog.get_by_role("button", name="Run", exact=True).click()
    # What the server refuses stands at its field.
    expect(dialog.locator('[class*="error"]').filter(has_text="maximum")).to_be_visible()
    dialog.get_by_label("How many").fill("7")
    dialog.get_by_label("day").fill("2026-02-03")
    dialog.get_by_role("combobox", name="color").click()
    page.get_by_role("option", name="blue").click()
    dialog.get_by_role("textbox", name="host").fill("db1")
    dialog.get_by_role("tab", name="JSON").click()
    field = dialog.get_by_label("Configuration (JSON)")
    conf = json.loads(field.input_value())
    assert (conf["count"], conf["day"], conf["color"]) == (7, "2026-02-03", "blue")
    assert conf["target"] == {"host": "db1", "port": 1}
    field.fill(json.dumps(conf | {"sure": True}))
    dialog.get_by_role("tab", name="Params").click()
    expect(dialog.get_by_label("sure")).to_be_checked()
    dialog.get_by_role("button", name="Run ID and date").click()
    dialog.get_by_label("Run ID").last.fill("by_hand")
    dialog.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url("**/dags/asks/runs/by_hand")
    assert site.rest("GET", "/dags/asks/dagRuns/by_hand")["conf"] == conf | {"sure": True}
    expect(page.locator('.page-head .chip[data-state="success"]')).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Replay").click()
    page.get_by_role("combobox", name="Begin at these tasks").click()
    page.get_by_role("option", name="last").click()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").get_by_role("button", name="Replay", exact=True).click()
    page.wait_for_url(re.compile("/dags/asks/runs/manual"))
    expect(page.locator('.page-head .chip[data-state="success"]')).to_be_visible(timeout=LONG)
