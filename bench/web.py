"""Measure the web interface at size: what routes take and weigh, and when pages are usable.

    python -m bench.web [--dags 5000] [--tasks 1000] [--runs 25] [--only grid]

It fills a SQLite database (5,000 DAGs with 14 runs each; one of 1,000 tasks with 25 runs, one with
10,000 runs, one with a log of 1,000,000 lines), starts `airflow webserver` on it and asks each main
route; then, where chromium is, opens pages with it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import psutil

from bench.engine import WrongResult
from bench.web_data import HISTORY, LARGE, NOW, TALK, Size, fill, write_log
from bench.web_pages import measure_pages
from scripts.instance import AIRFLOW, clean_environment, free_port, stop_in_order_when_told
from venturi.store.engine import Store
from venturi.store.migrate import migrate

ASKED = 40
WHOLE = Size()
_OPENER = build_opener(ProxyHandler({}))
_LOG = f"/ui/dags/{TALK}/runs/r00000/tasks/a/-1/log"

#: What is asked, and how much must be in the answer.
ROUTES: tuple[tuple[str, str, Callable[[Any, Size], bool]], ...] = (
    ("floor: nothing found", "/ui/search?q=", lambda got, _: got["dags"] == []),
    ("home", "/ui/home", lambda got, size: got["dags"]["total"] == size.dags + 3),
    ("DAGs, first 50", "/ui/dags?limit=50", lambda got, _: len(got["dags"]) == 50),
    (
        "DAGs, searched",
        "/ui/dags?limit=50&search=dag_0000",
        lambda got, _: len(got["dags"]) == 10,
    ),
    (
        "DAGs, by tag",
        "/ui/dags?limit=50&tags=team7",
        lambda got, size: got["total"] * 20 == size.dags,
    ),
    ("palette", "/ui/search?q=dag_000", lambda got, _: len(got["dags"]) > 0),
    (
        "grid, large",
        f"/ui/dags/{LARGE}/grid?limit=25",
        lambda got, size: (
            [len(each) for each in got["cells"]["rows"].values()] == [size.tasks] * size.runs
        ),
    ),
    (
        "graph, large",
        f"/ui/dags/{LARGE}/structure",
        lambda got, size: sum(node["kind"] == "task" for node in got["nodes"]) == size.tasks,
    ),
    (
        "states of a run, large",
        f"/ui/dags/{LARGE}/runs/r00000/states",
        lambda got, size: len(got["cells"]) == size.tasks,
    ),
    (
        "Gantt, large",
        f"/ui/dags/{LARGE}/runs/r00000/gantt",
        lambda got, size: len(got["bars"]) == size.tasks,
    ),
    (
        "durations, large",
        f"/ui/dags/{LARGE}/durations?limit=25",
        lambda got, size: len(got["runs"]) == size.runs,
    ),
    (
        "runs, first 100",
        f"/api/v2/dags/{HISTORY}/dagRuns?limit=100&order_by=-run_after",
        lambda got, _: len(got["dag_runs"]) == 100,
    ),
    ("log, first lines", f"{_LOG}?try_number=1", lambda got, size: got["total"] == size.lines),
    (
        "log, in the middle",
        f"{_LOG}?try_number=1&first=500000",
        lambda got, _: len(got["texts"]) == 200 and "0500001" in got["texts"][0],
    ),
    (
        "log, found in all of it",
        f"{_LOG}/find?try_number=1&q=0999999",
        lambda got, _: got["count"] == 1,
    ),
)


class Answer:
    """One answer: seconds, what came over the wire, and the body."""

    def __init__(self, url: str, encoding: str = "gzip, br") -> None:
        begun = time.perf_counter()
        asked = Request(url, headers={"accept-encoding": encoding})  # noqa: S310 - our own server
        with _OPENER.open(asked, timeout=300) as got:
            self.data = got.read()
        self.seconds = time.perf_counter() - begun


def used_by(process: psutil.Process) -> float:
    """Processor seconds of a server's processes."""
    times = [each.cpu_times() for each in (process, *process.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def measure_routes(url: str, size: Size, server: psutil.Process) -> list[dict[str, Any]]:
    """p50 and p95 of each main route, and what the server's processor did for one answer."""
    found = []
    print(
        f"  {'route':<26}{'first':>8}{'p50':>8}{'p95':>8}{'CPU':>8}  ms{'wire':>10}{'JSON':>8}  KiB"
    )
    for name, path, holds in ROUTES:
        first = Answer(url + path)
        plain = Answer(url + path, "identity")
        if not holds(json.loads(plain.data), size):
            raise WrongResult(f"{name}: {path} did not answer what was filled in")
        before = used_by(server)
        times = sorted(Answer(url + path).seconds * 1000 for _ in range(ASKED))
        one: dict[str, Any] = {
            "route": name,
            "first_ms": first.seconds * 1000,
            "p50_ms": statistics.median(times),
            "p95_ms": times[int(len(times) * 0.95) - 1],
            "cpu_ms": (used_by(server) - before) * 1000 / ASKED,
            "wire_bytes": len(first.data),
            "bytes": len(plain.data),
        }
        found.append(one)
        print(
            f"  {name:<26}{one['first_ms']:8.1f}{one['p50_ms']:8.1f}{one['p95_ms']:8.1f}"
            f"{one['cpu_ms']:8.1f}{one['wire_bytes'] / 1024:14.1f}{one['bytes'] / 1024:8.1f}",
            flush=True,
        )
    return found


@contextmanager
def served(home: Path) -> Iterator[tuple[str, psutil.Process]]:
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
                Answer(f"{url}/health")
                break
            except OSError:
                time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def run(size: Size = WHOLE, only: Sequence[str] = ()) -> dict[str, Any]:
    """Fill, serve and measure: routes and pages. Raises `WrongResult`."""
    with tempfile.TemporaryDirectory(prefix="vb-", ignore_cleanup_errors=True) as name:
        home = Path(name)
        (home / "dags").mkdir()
        store = Store(f"sqlite:///{home}/airflow.db")
        migrate(store)
        begun = time.perf_counter()
        fill(store, size)
        store.close()
        write_log(home / "logs", size.lines)
        print(f"filled in {time.perf_counter() - begun:.0f} s: {size}", flush=True)
        with served(home) as (url, server):
            return {
                "size": size._asdict(),
                "load": os.getloadavg()[0],
                "routes": measure_routes(url, size, server),
                "pages": measure_pages(url, size, only),
            }


def main(arguments: list[str]) -> int:
    """Measure and write down; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.web", description=__doc__)
    for name, value in Size()._asdict().items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--only", default="", help="pages whose name holds one of these words")
    asked = vars(parser.parse_args(arguments))
    only = [each for each in asked.pop("only").split(",") if each]
    report = run(Size(**asked), only)
    target = Path("bench-results") / f"{NOW:%Y%m%dT%H%M%SZ}-web.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(report, indent=2) + "\n")
    print(f"written to {target}")
    return 0


if __name__ == "__main__":
    stop_in_order_when_told()
    sys.exit(main(sys.argv[1:]))
