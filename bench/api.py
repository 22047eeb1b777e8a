"""What the REST API takes for the questions of a page: 500 DAGs, 20 runs each, 100,000 instances.

Runs as a program (`python -m bench.api`): fills a database in a folder of its own, starts
`airflow api-server` on it, asks each route many times over one connection, prints p50 and p95 in
milliseconds, the server's CPU time for one question, and the size of the answer. `version` is the
floor: a question that needs no table. On a machine that others use too, the CPU time tells.
"""

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import insert

from venturi.core.attempts import FileRef
from venturi.core.clock import Instant
from venturi.core.messages import Loaded
from venturi.core.states import RunState, RunType, TaskState
from venturi.spec.codec import encode
from venturi.spec.model import DagSpec, TaskSpec
from venturi.store.dags import put_dag
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.migrate import migrate
from venturi.store.schema.runs import dag_run, task_instance

DAGS, RUNS, TASKS = 500, 20, 10
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
AIRFLOW = Path(sys.executable).parent / "airflow"

#: What the list of DAGs and a grid load, and the lists over everything.
ROUTES = {
    "version": "/api/v2/version",
    "list DAGs": "/api/v2/dags?limit=50",
    "search DAGs": "/api/v2/dags?limit=50&dag_id_pattern=dag_04",
    "DAG details": "/api/v2/dags/dag_0250/details",
    "tasks of a DAG": "/api/v2/dags/dag_0250/tasks",
    "runs of a DAG": "/api/v2/dags/dag_0250/dagRuns?limit=25&order_by=-run_after",
    "instances of a run": "/api/v2/dags/dag_0250/dagRuns/run_10/taskInstances?limit=100",
    "instances of a DAG": "/api/v2/dags/dag_0250/dagRuns/~/taskInstances?limit=100",
    "one instance": "/api/v2/dags/dag_0250/dagRuns/run_10/taskInstances/task_5",
    "runs of all DAGs": "/api/v2/dags/~/dagRuns?limit=50&order_by=-run_after",
    "running instances": "/api/v2/dags/~/dagRuns/~/taskInstances?limit=50&state=running",
    "instances of all": "/api/v2/dags/~/dagRuns/~/taskInstances?limit=50",
    "DAG stats": "/api/v2/dagStats?" + "&".join(f"dag_ids=dag_{n:04}" for n in range(50)),
    "health": "/api/v2/monitor/health",
}
#: Lists whose page 1,000 is asked for beside page 1, by cursor and by offset.
DEEP = {
    "instances": "/api/v2/dags/~/dagRuns/~/taskInstances?limit=50",
    "runs, latest": "/api/v2/dags/~/dagRuns?limit=5&order_by=-run_after",
}
PAGE = 1000


def fill(store: Store) -> None:
    """Make the DAGs, their runs and task instances."""
    for number in range(DAGS):
        store.retrying(lambda tx, number=number: _one_dag(tx, number))  # type: ignore[misc]


def _one_dag(tx: Tx, number: int) -> None:
    tasks = tuple(
        TaskSpec(
            task_id=f"task_{n}", operator="BashOperator", upstream=(f"task_{n - 1}",) if n else ()
        )
        for n in range(TASKS)
    )
    spec = DagSpec(dag_id=f"dag_{number:04}", tasks=tasks, tags=(f"team{number % 7}",))
    file = FileRef(path=f"/dags/{number}.py", key=str(number), root="/dags")
    put = put_dag(
        *(tx, spec, Loaded(file=file, dags=(encode(spec),)), None),
        now=NOW,
        paused_at_creation=False,
    )
    assert put is not None
    _runs(tx, spec, put[0].id)


def _runs(tx: Tx, spec: DagSpec, version_id: int) -> None:
    run_ids = take_ids(tx, "dag_run", RUNS)
    ids = iter(take_ids(tx, "task_instance", RUNS * TASKS))
    runs: list[dict[str, Any]] = []
    instances: list[dict[str, Any]] = []
    for number, run_id in enumerate(run_ids):
        at = NOW - timedelta(hours=RUNS - number)
        name = f"run_{number}"
        runs.append(_run(spec.dag_id, run_id, name, at, version_id))
        instances += [
            {
                "id": next(ids),
                "dagrun_id": run_id,
                "dag_id": spec.dag_id,
                "run_id": name,
                "task_id": task.task_id,
                "state": TaskState.SUCCESS,
                "try_number": 1,
                "epoch": 1,
                "start_date": at,
                "end_date": at + timedelta(seconds=3),
                "duration": 3.0,
                "operator": task.operator,
                "dag_version_id": version_id,
            }
            for task in spec.tasks
        ]
    tx.execute(insert(dag_run), runs)
    tx.execute(insert(task_instance), instances)


def _run(dag_id: str, row_id: int, name: str, at: Instant, version_id: int) -> dict[str, Any]:
    return {
        "id": row_id,
        "dag_id": dag_id,
        "run_id": name,
        "run_type": RunType.SCHEDULED,
        "state": RunState.SUCCESS,
        "logical_date": at,
        "run_after": at,
        "start_date": at,
        "end_date": at + timedelta(seconds=30),
        "version_id": version_id,
    }


Figures = dict[str, dict[str, float]]


class Asker:
    """A connection to a server, and the server's processes."""

    def __init__(self, port: int, pid: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        server = psutil.Process(pid)
        self.processes = [server, *server.children(recursive=True)]

    def ask(self, path: str) -> bytes:
        """The answer to a question."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}: {body[:200]!r}")
        return body

    def cpu(self) -> float:
        """CPU seconds of the server so far."""
        times = [each.cpu_times() for each in self.processes]
        return sum(each.user + each.system for each in times)

    def measure(self, path: str, count: int) -> dict[str, float]:
        """Ask `count` times; milliseconds and bytes."""
        for _ in range(3):
            size = len(self.ask(path))
        times, cpu = [], self.cpu()
        for _ in range(count):
            begun = time.perf_counter()
            self.ask(path)
            times.append((time.perf_counter() - begun) * 1000)
        cuts = statistics.quantiles(times, n=20)
        spent = (self.cpu() - cpu) * 1000 / count
        return {
            "p50_ms": round(cuts[9], 2),
            "p95_ms": round(cuts[18], 2),
            "cpu_ms": round(spent, 2),
            "bytes": size,
        }

    def page(self, path: str, number: int) -> str:
        """The address of a page of a list, found by going there from cursor to cursor."""
        cursor = ""
        for _ in range(number - 1):
            cursor = json.loads(self.ask(f"{path}&cursor={cursor}"))["next_cursor"]
        return f"{path}&cursor={cursor}"


def measure(port: int, pid: int, count: int) -> Figures:
    """Ask each route `count` times."""
    asker = Asker(port, pid)
    found = {name: asker.measure(path, count) for name, path in ROUTES.items()}
    for name, path in DEEP.items():
        size = int(path.partition("limit=")[2].partition("&")[0])
        for number in (1, PAGE):
            offset = f"{path}&offset={(number - 1) * size}"
            found[f"{name}, page {number}"] = asker.measure(offset, count)
            cursor = asker.page(path, number)
            found[f"{name}, cursor {number}"] = asker.measure(cursor, count)
    return found


def run(count: int = 60) -> Figures:
    """Fill, serve and measure: p50, p95, CPU (ms) and bytes of each route, asked `count` times."""
    with tempfile.TemporaryDirectory(prefix="venturi-bench-") as folder:
        store = Store(f"sqlite:///{folder}/airflow.db")
        migrate(store)
        fill(store)
        store.close()
        environ = {
            **os.environ,
            "AIRFLOW_HOME": folder,
            "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        }
        command = [str(AIRFLOW), "api-server", "-p", "0", "-w", "1", "-A", os.devnull]
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as server:
            try:
                assert server.stdout is not None
                said = next(line for line in server.stdout if "listens at" in line)
                return measure(int(said.rsplit(":", 1)[1]), server.pid, count)
            finally:
                server.terminate()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--count", type=int, default=60, help="how often each route is asked")
    found = run(parser.parse_args().count)
    for name, figures in found.items():
        times = " ".join(f"{figures[each]:8.2f}" for each in ("p50_ms", "p95_ms", "cpu_ms"))
        print(f"{name:28} {times} {figures['bytes']:9}")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
