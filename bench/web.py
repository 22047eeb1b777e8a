"""Measure the web interface at size: what routes take and weigh, and when pages are usable.

    python -m bench.web [--dags 5000] [--tasks 1000] [--runs 25]

It fills a SQLite database (5,000 DAGs with 14 runs each, one of 1,000 tasks with 25 runs), starts
`airflow webserver` on it and asks each main route; then, where chromium is, opens pages with it.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

from sqlalchemy import insert

from scripts.instance import AIRFLOW, clean_environment, free_port, stop_in_order_when_told
from venturi.core.attempts import FileRef
from venturi.core.messages import Loaded
from venturi.core.states import RunType
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec, GroupSpec, TaskSpec
from venturi.spec.timetable.model import RunInfo
from venturi.store.dags import put_dag, put_file
from venturi.store.engine import Store
from venturi.store.migrate import migrate
from venturi.store.queries.specs import current_version
from venturi.store.runs import create_run
from venturi.store.schema.runs import dag_run, task_instance
from venturi.store.scope import EVERY_DAG

NOW = datetime.now(UTC)
BARS = 14
ASKED = 20
GROUPS = 20
_OPENER = build_opener(ProxyHandler({}))


def small(number: int) -> DagSpec:
    """One of many DAGs."""
    tasks = (TaskSpec(task_id="a", operator="BashOperator"),)
    return DagSpec(dag_id=f"dag_{number:05}", tasks=tasks, tags=(f"team{number % 20}",))


def large(count: int) -> DagSpec:
    """A DAG of many tasks in groups, each a chain of five or a leaf of the next."""
    tasks = []
    for number in range(count):
        group = f"group_{number % GROUPS:02}"
        above = (f"group_{(number - 1) % GROUPS:02}.task_{number - 1:04}",) if number % 5 else ()
        tasks.append(
            TaskSpec(
                task_id=f"{group}.task_{number:04}",
                operator="BashOperator",
                group=group,
                upstream=above,
            )
        )
    groups = tuple(GroupSpec(group_id=f"group_{number:02}") for number in range(GROUPS))
    return DagSpec(dag_id="large", tasks=tuple(tasks), groups=groups)


def put(tx: Any, spec: DagSpec) -> None:
    """Take in a DAG."""
    file = FileRef(path=f"/dags/{spec.dag_id}.py", key="k", root="/dags")
    loaded = Loaded(file=file, dags=(encode(spec),))
    put_file(tx, loaded, NOW)
    put_dag(tx, spec, loaded, None, now=NOW, paused_at_creation=False)


def fill(store: Store, dags: int, tasks: int, runs: int) -> None:
    """Many DAGs with a little history, and one that is large."""
    for start in range(0, dags, 500):
        with store.write() as tx:
            for number in range(start, min(dags, start + 500)):
                put(tx, small(number))
            rows = [
                run_row(f"dag_{number:05}", hours, number * 100 + hours)
                for number in range(start, min(dags, start + 500))
                for hours in range(BARS)
            ]
            tx.execute(insert(dag_run), rows)
    with store.write() as tx:
        put(tx, large(tasks))
        version = current_version(tx, EVERY_DAG, "large")
        for number in range(runs):
            at = NOW - timedelta(hours=runs - number)
            info = RunInfo(run_after=at, logical_date=at)
            create_run(
                tx, version, info, now=at, run_type=RunType.SCHEDULED, run_id=f"r{number:03}"
            )
        tx.execute(dag_run.update().where(dag_run.c.dag_id == "large").values(state="success"))
        values = {"state": "success", "start_date": NOW, "end_date": NOW, "try_number": 1}
        tx.execute(task_instance.update().values(**values))


def run_row(dag_id: str, hours: int, number: int) -> dict[str, object]:
    """A run that ended hours ago."""
    at = NOW - timedelta(hours=hours)
    return {
        "id": 10_000_000 + number,
        "dag_id": dag_id,
        "run_id": f"r{hours}",
        "run_type": "scheduled",
        "state": "failed" if hours % 7 == 3 else "success",
        "logical_date": at,
        "run_after": at,
        "start_date": at,
        "end_date": at + timedelta(seconds=30 + hours),
    }


ROUTES = (
    ("home", "/ui/home"),
    ("DAGs, first 50", "/ui/dags?limit=50"),
    ("DAGs, searched", "/ui/dags?limit=50&search=4321"),
    ("DAGs, by tag", "/ui/dags?limit=50&tags=team7"),
    ("palette", "/ui/search?q=dag_04"),
    ("grid, large", "/ui/dags/large/grid?limit=25"),
    ("graph, large", "/ui/dags/large/structure"),
    ("states of a run, large", "/ui/dags/large/runs/r000/states"),
    ("Gantt, large", "/ui/dags/large/runs/r000/gantt"),
    ("durations, large", "/ui/dags/large/durations?limit=25"),
)


def ask(url: str) -> tuple[float, int]:
    """Seconds and bytes of one answer."""
    begun = time.perf_counter()
    with _OPENER.open(url, timeout=120) as answer:
        size = len(answer.read())
    return time.perf_counter() - begun, size


def measure_routes(url: str) -> list[dict[str, Any]]:
    """p50 and p95 of each main route."""
    found = []
    for name, path in ROUTES:
        first, size = ask(url + path)
        times = sorted(ask(url + path)[0] for _ in range(ASKED))
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95) - 1]
        print(
            f"  {name:<24} first {first * 1000:7.0f} ms   p50 {p50 * 1000:7.1f}   "
            f"p95 {p95 * 1000:7.1f}   {size / 1024:8.0f} KiB",
            flush=True,
        )
        found.append({"route": name, "p50": p50, "p95": p95, "first": first, "bytes": size})
    return found


#: Page -> (address, what is there when it is usable).
PAGES = (
    ("home", "/", ".health"),
    ("DAGs (5,000)", "/dags", "tr[data-id]"),
    ("grid (1,000 tasks)", "/dags/large/grid", ".grid-cell i"),
    ("graph (folded)", "/dags/large/graph", ".task-node"),
    ("graph (all unfolded)", "/dags/large/graph?groups=all", ".task-node:not(.group)"),
    ("Gantt (1,000 tasks)", "/dags/large/gantt", ".gantt-lane i"),
)
#: Frames while the wheel turns: the share that took longer than two of a 60 Hz screen.
_FLUID = """selector => new Promise(done => {
  const box = document.querySelector(selector);
  const times = []; let last = performance.now(), left = 60;
  const step = now => {
    times.push(now - last); last = now; box.scrollTop += 120; left -= 1;
    if (left) requestAnimationFrame(step);
    else done(times.sort((a, b) => a - b));
  };
  requestAnimationFrame(step);
})"""


def measure_pages(url: str) -> list[dict[str, Any]]:
    """Milliseconds from navigation until each page is usable, cold and with a warm cache."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        print("  no chromium here: no pages measured")
        return []
    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-sync"]
        )
        for name, path, usable in PAGES:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            page = context.new_page()
            times = []
            for _ in range(4):
                begun = time.perf_counter()
                page.goto(url + path, wait_until="commit")
                page.locator(usable).first.wait_for(timeout=60_000)
                times.append((time.perf_counter() - begun) * 1000)
            warm = statistics.median(times[1:])
            line = f"  {name:<24} cold {times[0]:6.0f} ms   warm {warm:6.0f}"
            box = next(
                (one for one in (".list-scroll", ".grid-scroll") if page.query_selector(one)), ""
            )
            if box:
                frames = page.evaluate(_FLUID, box)
                line += f"   scrolling: p50 {frames[30]:.0f} ms a frame, p95 {frames[56]:.0f}"
            print(line, flush=True)
            found.append({"page": name, "cold_ms": times[0], "warm_ms": warm})
            context.close()
        browser.close()
    return found


@contextmanager
def served(home: Path) -> Iterator[str]:
    """The web server alone: no scheduler to find that these DAGs have no files."""
    port = free_port()
    env = clean_environment(home, {"AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True"})
    with (home / "webserver.out").open("wb") as output:
        process = subprocess.Popen(
            [AIRFLOW, "webserver", "-p", str(port), "-w", "1"],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                ask(f"{url}/health")
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def run(dags: int = 5000, tasks: int = 1000, runs: int = 25) -> dict[str, list[dict[str, Any]]]:
    """Fill, serve and measure: routes (seconds, bytes) and pages (milliseconds)."""
    home = Path(tempfile.mkdtemp(prefix="vb-"))
    (home / "dags").mkdir()
    store = Store(f"sqlite:///{home}/airflow.db")
    migrate(store)
    begun = time.perf_counter()
    fill(store, dags, tasks, runs)
    store.close()
    print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
    parts: list[tuple[str, Callable[[str], list[dict[str, Any]]]]] = [
        ("routes", measure_routes),
        ("pages", measure_pages),
    ]
    report = {}
    with served(home) as url:
        for name, part in parts:
            print(name, flush=True)
            report[name] = part(url)
    shutil.rmtree(home, ignore_errors=True)
    return report


def main(arguments: list[str]) -> int:
    """Measure and write down; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    parser.add_argument("--dags", type=int, default=5000)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=25)
    asked = parser.parse_args(arguments)
    report = run(asked.dags, asked.tasks, asked.runs)
    target = Path("bench-results") / f"{NOW:%Y%m%dT%H%M%SZ}-web.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {target}")
    return 0


if __name__ == "__main__":
    stop_in_order_when_told()
    sys.exit(main(sys.argv[1:]))
