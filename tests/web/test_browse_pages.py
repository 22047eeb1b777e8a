"""What tasks left, what was late, assets and queues: seen in the browser as they are."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from scripts.instance import Instance

LONG = 60_000


def ended(site: Instance, dag_id: str) -> str:
    """The id of a run of the DAG that ended well."""
    found = f"/dags/{dag_id}/dagRuns?state=success&order_by=-run_after"
    site.wait_for(
        f"a run of {dag_id}", lambda: site.rest("GET", found)["total_entries"] > 0, 60, 0.2
    )
    return str(site.rest("GET", found)["dag_runs"][0]["dag_run_id"])


def test_a_value_that_a_task_left_is_found_and_shown_on_demand(page: Page, site: Instance) -> None:
    found = "/dags/late/dagRuns/~/taskInstances/counts/xcomEntries"
    site.wait_for("the value", lambda: site.rest("GET", found)["total_entries"] > 0, 60, 0.1)
    page.goto("/xcoms")
    page.get_by_label("DAG", exact=True).fill("late")
    expect(page).to_have_url(re.compile(r"/xcoms\?dag=late$"))
    page.get_by_label("Task", exact=True).fill("counts")
    expect(page).to_have_url(re.compile("task=counts"))
    rows = page.get_by_role("table", name="XComs").locator("tbody tr[data-id]")
    expect(rows).to_have_count(1)
    expect(page.locator("body")).not_to_contain_text("4711")
    rows.get_by_role("button", name="Show the value of return_value").click()
    expect(page.get_by_role("dialog")).to_contain_text("4711")
    page.keyboard.press("Escape")
    page.get_by_label("Key contains").fill("nothing like it")
    expect(page.get_by_text("No XCom fits")).to_be_visible()


def test_tasks_and_runs_that_were_late_are_listed(page: Page, site: Instance) -> None:
    site.wait_listed("late")
    page.goto("/misses?dag=late")
    table = page.get_by_role("table", name="Missed deadlines")

    def is_noted() -> bool:
        page.reload()
        page.locator(".list-scroll").wait_for()
        return table.get_by_role("link", name="drags").count() > 0

    site.wait_for("the SLA to be found missed", is_noted, 60, 0.5)
    table.get_by_role("link", name="drags").click()
    page.wait_for_url("**/dags/late/runs/*/tasks/drags")
    page.go_back()
    page.get_by_text("Runs (deadlines)").click()
    expect(page).to_have_url(re.compile("show=deadlines"))
    expect(table).to_contain_text("in no time")
    expect(table.locator('.chip[data-state="late"]')).to_be_visible()


def test_an_asset_tells_who_writes_and_reads_it_and_takes_events(
    page: Page, site: Instance
) -> None:
    site.wait_listed("reads")
    page.goto("/assets")
    page.get_by_role("link", name="warehouse://sales").click()
    page.wait_for_url("**/asset/*")
    standing = page.get_by_role("region", name="Where it stands")
    expect(standing.get_by_role("link", name="late")).to_be_visible()
    expect(standing.get_by_role("link", name="reads")).to_be_visible()
    page.get_by_role("button", name="Report an update").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Details (JSON)").fill('{"rows": 815}')
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    events = page.get_by_role("table", name="Asset events")
    expect(events).to_contain_text('"rows":815')
    page.goto("/asset_events?name=sales")
    expect(events.get_by_role("link", name="warehouse://sales").first).to_be_visible()
    page.get_by_label("Asset contains").fill("no such thing")
    expect(page.get_by_text("No event fits")).to_be_visible()


def test_a_queue_tells_what_runs_in_it_without_reload(page: Page, site: Instance) -> None:
    page.goto("/queues")
    expect(page.get_by_role("heading", name="Queues", exact=True)).to_be_visible()
    run_id = site.trigger("slow")
    row = page.get_by_role("table", name="Queues").locator('tr[data-id="default"]')
    expect(row).to_be_visible(timeout=LONG)
    expect(page.get_by_role("table", name="Machines").locator("tbody tr[data-id]")).to_have_count(
        1, timeout=LONG
    )
    row.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile("/task_instances"))
    expect(page).to_have_url(re.compile("queue=default"))
    expect(page.get_by_role("table", name="Task instances")).to_contain_text("talks")
    site.rest("PATCH", f"/dags/slow/dagRuns/{run_id}", {"state": "failed"})


def test_nobody_is_asked_anything_and_the_page_says_so(page: Page) -> None:
    page.goto("/required_actions?answer=open")
    expect(page.get_by_text("Nobody is asked anything")).to_be_visible()


def test_a_favourite_is_kept_on_the_server_also_one_from_an_earlier_browser(
    page: Page, site: Instance
) -> None:
    page.add_init_script(
        "if (!sessionStorage.once) { sessionStorage.once = 1; localStorage.setItem("
        "'venturi-prefs', JSON.stringify({language: 'en', favorites: ['mends', 'gone']})) }"
    )
    page.goto("/dags")
    expect(page.get_by_role("button", name="mends is a favourite")).to_be_visible()
    page.get_by_role("button", name="Make ct1 a favourite").click()
    expect(page.get_by_role("button", name="ct1 is a favourite")).to_be_enabled()
    liked = site.rest("GET", "/dags?is_favorite=true")["dags"]
    assert {row["dag_id"] for row in liked} == {"ct1", "mends"}
    page.get_by_text("Favourites", exact=True).click()
    rows = page.get_by_role("table", name="DAGs").locator("tbody tr[data-id]")
    expect(rows).to_have_count(2)
    page.goto("/dags/mends")
    page.get_by_role("button", name="mends is a favourite").click()
    expect(page.get_by_role("button", name="Make mends a favourite")).to_be_enabled()
    page.goto("/dags?show=favorites")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="ct1 is a favourite").click()
    expect(page.get_by_text("No DAG fits")).to_be_visible()


def test_what_people_know_to_have_happened_stands_on_the_charts(page: Page, site: Instance) -> None:
    ended(site, "late")
    page.goto("/profiling")
    events = page.get_by_role("region", name="Known events")
    events.get_by_label("Name").fill("the great flood")
    events.get_by_label("From (day, UTC)").fill("2026-01-01")
    events.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("the great flood was added")).to_be_visible()
    page.goto("/dags/late/charts")
    expect(page.get_by_role("list", name="Known events")).to_contain_text("the great flood")
    chart = page.get_by_role("img", name="Duration of runs").locator("canvas")
    shaded = chart.evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
        ".data].reduce((found, value, at, all) => found + (at % 4 === 3 && value > 20 && value < 60"
        " && all[at - 3] > all[at - 1] + 40 ? 1 : 0), 0)"
    )
    assert shaded > 500, "no band on the chart"
    page.goto("/profiling")
    page.get_by_role("button", name="Forget the great flood").click()
    expect(page.get_by_text("the great flood was forgotten")).to_be_visible()


def test_the_resources_of_a_run_are_a_table_to_take_along(
    page: Page, site: Instance, tmp_path: Path
) -> None:
    run_id = ended(site, "late")
    page.goto(f"/dags/late/runs/{run_id}?tab=resources")
    table = page.get_by_role("table", name="Resources of the run")
    rows = table.locator("tbody tr[data-id]")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("drags")  # what took longest
    table.get_by_role("button", name="Took").click()
    expect(rows.first).to_contain_text("counts")
    expect(page).to_have_url(re.compile("by=took"))
    with page.expect_download() as told:
        page.get_by_role("button", name="CSV").click()
    told.value.save_as(tmp_path / "used.csv")
    with (tmp_path / "used.csv").open(newline="") as file:
        used = {row["task_id"]: row for row in csv.DictReader(file)}
    assert set(used) == {"drags", "counts"}
    assert float(used["drags"]["duration_seconds"]) > 2
    assert int(used["counts"]["max_rss_bytes"]) > 0
    with page.expect_download() as told:
        page.get_by_role("button", name="Report (HTML)").click()
    told.value.save_as(tmp_path / "report.html")
    page.goto((tmp_path / "report.html").as_uri())
    expect(page.get_by_role("heading")).to_contain_text("late")
    expect(page.locator("tbody tr")).to_have_count(2)


def test_a_report_takes_text_as_text(page: Page, site: Instance, tmp_path: Path) -> None:
    run_id = site.trigger("evil")
    page.goto(f"/dags/evil/runs/{run_id}?tab=resources")
    rows = page.get_by_role("table", name="Resources of the run").locator("tbody tr[data-id]")
    expect(rows).to_have_count(2, timeout=LONG)
    with page.expect_download() as told:
        page.get_by_role("button", name="Report (HTML)").click()
    told.value.save_as(tmp_path / "report.html")
    assert "<script" not in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_critical_path_of_a_run_is_marked(page: Page, site: Instance) -> None:
    run_id = ended(site, "late")
    page.goto(f"/dags/late/runs/{run_id}?tab=gantt")
    page.get_by_label("critical path").check()
    expect(page).to_have_url(re.compile("critical=1"))
    expect(page.locator(".gantt-row.critical")).to_have_count(2)
    expect(page.get_by_text("The chain of 2 tasks")).to_be_visible()


def test_filters_are_kept_as_a_view_and_found_again(page: Page, site: Instance) -> None:
    page.goto("/task_instances?state=failed")
    page.get_by_role("button", name="Views").click()
    page.get_by_label("Keep this view as").fill("what failed")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.goto("/task_instances")
    page.get_by_role("button", name="Views").click()
    page.get_by_role("button", name="what failed", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?state=failed$"))
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="what failed", exact=True).click()
    page.get_by_role("button", name="Forget what failed").click()
    expect(page.get_by_role("button", name="Views")).to_be_visible()
