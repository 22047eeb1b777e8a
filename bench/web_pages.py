"""Pages in a real browser: what opening and scrolling them costs.

Wall time depends on who else uses the machine; processor time of the page's own thread, bytes and
elements hardly do. All are reported, and a page with nothing on it stands beside them.
"""

import json
import shutil
import statistics
from collections.abc import Sequence
from typing import Any, NamedTuple

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from bench.engine import WrongResult
from bench.web_data import HISTORY, LARGE, TALK, Size

ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-sync", "--disable-background-networking")
#: What a page may take on a loaded machine before the measurement gives up.
PATIENCE_MS = 120_000
WARM = 3
FRAMES = 90
#: A frame that takes longer than this is seen as a jerk.
JERK_MS = 50
#: Processor seconds of the page's own thread, by what they went into.
PARTS = ("TaskDuration", "ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


class Shown(NamedTuple):
    """A page, the name it says it is usable under, and what must be on it."""

    name: str
    path: str
    mark: str
    #: a script that gives a number, and the least and the most that it may be
    script: str
    least: int
    most: int
    #: what scrolls
    box: str = ""
    #: milliseconds until it is usable, with nothing in the cache
    budget: float | None = None


#: The first number in the words of an element.
_FIRST_NUMBER = (
    "Number((document.querySelector('%s').textContent.match(/\\d[\\d,]*/) || ['0'])[0]"
    ".replaceAll(',', ''))"
)


def shown(size: Size) -> tuple[Shown, ...]:
    """The pages; what is counted is all there is, not what is in sight."""
    rows = "Number(document.querySelector('[role=grid]').getAttribute('aria-rowcount')) - 1"
    lines, head = _FIRST_NUMBER % ".log-count", _FIRST_NUMBER % ".sentence"
    dags, tasks = size.dags + 3, size.tasks + min(20, size.tasks)
    graph = "Number(document.querySelector('.graph').dataset.nodes)"
    return (
        Shown("floor: a page with nothing", "/nowhere", "nothing", "1", 1, 1),
        Shown("home", "/", "home", "document.querySelectorAll('.home-grid > *').length", 4, 4,
              budget=1000),
        Shown(f"{size.dags:,} DAGs", "/dags", "list", head, dags, dags, ".list-scroll"),
        Shown(f"grid, {size.tasks:,} tasks", f"/dags/{LARGE}/grid", "grid", rows, tasks, tasks,
              ".grid-scroll"),
        Shown("graph, folded", f"/dags/{LARGE}/graph", "graph", graph, 20, 20),
        Shown(f"graph, {size.tasks:,} tasks", f"/dags/{LARGE}/graph?groups=all", "graph", graph,
              tasks, tasks, ".react-flow__pane"),
        Shown(f"Gantt, {size.tasks:,} tasks", f"/dags/{LARGE}/gantt", "gantt",
              "document.querySelectorAll('.gantt-lane i').length", 10, 2 * size.tasks, ".gantt"),
        Shown(f"{size.history:,} runs", f"/dags/{HISTORY}/runs", "list",
              "document.querySelectorAll('tr[data-id]').length", 15, 200, ".list-scroll"),
        Shown(f"log, {size.lines:,} lines", f"/dags/{TALK}/runs/r00000/tasks/a?tab=log", "log",
              lines, size.lines, size.lines, ".log"),
    )  # fmt: skip


#: Turns the wheel over a box, a step a frame; gives what each frame took in milliseconds.
_SCROLL = """([selector, frames]) => new Promise(done => {
  const box = document.querySelector(selector);
  const times = []; let last = performance.now(), left = frames;
  const flow = box.classList.contains('react-flow__pane');
  const where = box.getBoundingClientRect();
  const step = now => {
    times.push(now - last); last = now; left -= 1;
    if (flow) box.dispatchEvent(new WheelEvent('wheel', {
      deltaY: (left % 40) < 20 ? 60 : -60, bubbles: true, cancelable: true,
      clientX: where.x + where.width / 2, clientY: where.y + where.height / 2 }));
    else box.scrollTop += 150;
    if (left) requestAnimationFrame(step); else done(times);
  };
  requestAnimationFrame(step);
})"""
_USABLE = "name => (performance.getEntriesByName(`usable:${name}`)[0] || {}).startTime"


class Wire:
    """Bytes that came over the wire."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)

    def _finished(self, event: dict[str, Any]) -> None:
        self.bytes += int(event["encodedDataLength"])


def spent(session: CDPSession) -> dict[str, float]:
    """Processor seconds of the page's thread until now."""
    found = {
        each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]
    }
    return {name: found[name] for name in PARTS}


def open_page(page: Page, url: str, one: Shown) -> float:
    """Go there; milliseconds from the navigation until the page says it is usable."""
    page.goto(url + one.path, wait_until="commit")
    page.wait_for_function(_USABLE, arg=one.mark, timeout=PATIENCE_MS, polling=50)
    return float(page.evaluate(_USABLE, one.mark))


def settle(page: Page) -> None:
    """Wait until the page has nothing more to do."""
    page.evaluate(
        "() => new Promise(done => requestIdleCallback(() => "
        "setTimeout(() => requestIdleCallback(done), 300)))"
    )


def check(page: Page, one: Shown) -> int:
    """What must be on the page is on it, or there is no figure."""
    found = int(page.evaluate(one.script))
    if not one.least <= found <= one.most:
        raise WrongResult(f"{one.name}: {found} shown, not {one.least} to {one.most}")
    return found


def longest_task(browser: Browser, page: Page, url: str, one: Shown) -> float:
    """Processor milliseconds of the longest task of the page's thread while it opens."""
    browser.start_tracing(page=page, categories=["toplevel"])
    open_page(page, url, one)
    settle(page)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    main = {
        (each["pid"], each["tid"])
        for each in events
        if each.get("name") == "thread_name" and each["args"]["name"] == "CrRendererMain"
    }
    tasks = [each.get("tdur", 0) for each in events if (each["pid"], each["tid"]) in main]
    return float(max(tasks, default=0)) / 1000


def scroll(page: Page, session: CDPSession, box: str) -> dict[str, float]:
    """Frames while the wheel turns: what they took, and processor time a frame."""
    before = spent(session)["TaskDuration"]
    times: list[float] = sorted(page.evaluate(_SCROLL, [box, FRAMES]))
    used = (spent(session)["TaskDuration"] - before) * 1000
    return {
        "frame_p50_ms": times[len(times) // 2],
        "frame_p95_ms": times[int(len(times) * 0.95)],
        "fluid_share": sum(each <= JERK_MS for each in times) / len(times),
        "frame_cpu_ms": used / FRAMES,
    }


def measure_one(browser: Browser, url: str, one: Shown) -> dict[str, Any]:
    """One page: first with an empty cache, then some more times, then scrolled."""
    context: BrowserContext = browser.new_context(
        viewport={"width": 1440, "height": 900}, locale="en-US", timezone_id="UTC"
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    wire = Wire(session)
    cold = open_page(page, url, one)
    settle(page)
    first_bytes = wire.bytes
    warm, used = [], []
    for _ in range(WARM):
        page.goto("about:blank")
        before = spent(session)
        warm.append(open_page(page, url, one))
        settle(page)
        after = spent(session)
        used.append({name: (after[name] - before[name]) * 1000 for name in PARTS})
    found: dict[str, Any] = {
        "page": one.name,
        "cold_ms": cold,
        "warm_ms": statistics.median(warm),
        "budget_ms": one.budget,
        "bytes": first_bytes,
        "shown": check(page, one),
        "elements": int(page.evaluate("document.getElementsByTagName('*').length")),
    }
    for name in PARTS:
        key = name.removesuffix("Duration").lower()
        found[f"{key}_cpu_ms"] = statistics.median(each[name] for each in used)
    if one.box:
        found |= scroll(page, session, one.box)
        found["elements"] = max(
            found["elements"], int(page.evaluate("document.getElementsByTagName('*').length"))
        )
    page.goto("about:blank")
    found["longest_task_cpu_ms"] = longest_task(browser, page, url, one)
    context.close()
    return found


def line(one: dict[str, Any]) -> str:
    """A row of the table."""
    text = (
        f"  {one['page']:<28}{one['cold_ms']:7.0f}{one['warm_ms']:7.0f}{one['task_cpu_ms']:7.0f}"
        f"{one['longest_task_cpu_ms']:9.0f}{one['bytes'] / 1024:8.0f}{one['elements']:10}"
    )
    if "frame_p50_ms" in one:
        text += (
            f"{one['frame_cpu_ms']:9.1f}{one['frame_p95_ms']:7.0f}{one['fluid_share'] * 100:7.0f}%"
        )
    return text


HEAD = (
    f"  {'page':<28}{'cold':>7}{'warm':>7}{'CPU':>7}{'longest':>9}{'KiB':>8}{'elements':>10}"
    f"{'a frame':>9}{'p95':>7}{'fluid':>8}"
)


def measure_pages(url: str, size: Size, only: Sequence[str] = ()) -> list[dict[str, Any]]:
    """All pages; nothing where there is no browser."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("  no chromium here: no pages measured")
        return []
    print(
        "  cold, warm: ms until usable; CPU, longest task, a frame: processor ms of the page's\n"
        f"  thread; p95: ms a frame; fluid: frames within {JERK_MS} ms\n" + HEAD
    )
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(ARGUMENTS))
        for one in shown(size):
            if only and not any(each in one.name for each in only):
                continue
            found.append(measure_one(browser, url, one))
            print(line(found[-1]), flush=True)
        browser.close()
    return found
