"""The workloads. Each gets how often to repeat and returns its figures."""

import itertools
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from bench import api as rest
from bench import dags, web
from bench.celery import measure_all as measure_celery
from bench.engine import (
    PARALLELISM,
    Engine,
    TaskRow,
    check,
    engine,
    fresh_home,
    instance,
    peak,
    span,
)
from bench.figures import Figure
from bench.floor import Floor, measure
from bench.growth import by_dags, by_history
from bench.scheduler import BUDGETS
from bench.scheduler import measure as measure_scheduler


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What the caller of `make bench` asked for."""

    repeat: int | None
    idle_seconds: float

    def times(self, usual: int) -> int:
        """How often to repeat: the workload's usual number unless one was asked for."""
        return self.repeat or usual


@dataclass(frozen=True, kw_only=True)
class Load:
    """A DAG to run, what its rows must show, and the floors measured between its runs."""

    dag_id: str
    text: str
    count: int
    order: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Runs:
    """What the repeats of a load took."""

    rows: Sequence[Sequence[TaskRow]]
    cpu_ms_per_task: Sequence[float]
    floors: Sequence[Floor]

    @property
    def spans(self) -> list[float]:
        return [span(rows) for rows in self.rows]

    def floor(self, name: str) -> float:
        """The median of one floor over the repeats."""
        return float(statistics.median(asdict(floor)[name] for floor in self.floors))


def run_load(load: Load, repeat: int) -> Runs:
    """Run a DAG `repeat` times on one instance; a floor is measured right before each run."""
    rows, cpu, floors = [], [], []
    with engine({load.dag_id: load.text}) as running:
        for _ in range(repeat):
            floors.append(measure())
            running.settle()
            before = running.cpu_seconds()
            found = running.run(load.dag_id)
            cpu.append((running.cpu_seconds() - before) * 1000 / load.count)
            check(found, load.count, load.order)
            rows.append(found)
    return Runs(rows=rows, cpu_ms_per_task=cpu, floors=floors)


def names(count: int) -> list[str]:
    """The task ids that `bench.dags` gives."""
    return [f"task_{number:04}" for number in range(count)]


def chain40(asked: Asked) -> list[Figure]:
    """40 strictly sequential Python tasks of fibo(10)."""
    ids = names(40)
    load = Load(
        dag_id="chain40",
        text=dags.chain("chain40", 40, 10),
        count=40,
        order=list(itertools.pairwise(ids)),
    )
    runs = run_load(load, asked.times(5))
    return [
        Figure(name="chain40 total", unit="s", values=runs.spans, budget=0.40),
        Figure(
            name="chain40 per hop",
            unit="ms",
            values=[seconds * 1000 / 40 for seconds in runs.spans],
            budget=10,
            floor=runs.floor("working_ms"),
            floor_name="working fork",
            allowed=2,
        ),
        Figure(name="chain40 CPU per task", unit="ms", values=runs.cpu_ms_per_task),
    ]


def throughput(load: Load, repeat: int, budget: float) -> list[Figure]:
    """Tasks per second of a wide DAG."""
    runs = run_load(load, repeat)
    widest = max(peak(rows) for rows in runs.rows)
    return [
        Figure(
            name=f"{load.dag_id} rate",
            unit="tasks/s",
            values=[load.count / seconds for seconds in runs.spans],
            lower=False,
            budget=budget,
            floor=runs.floor("working_per_second"),
            floor_name="working forks/s",
            allowed=0.6,
            notes=[f"at most {widest} at once (limit {PARALLELISM})"],
        ),
        Figure(
            name=f"{load.dag_id} CPU per task",
            unit="ms",
            values=runs.cpu_ms_per_task,
            budget=10 if load.dag_id == "fan1000" else None,
            floor=runs.floor("working_cpu_ms"),
            floor_name="working fork",
        ),
    ]


def fan1000(asked: Asked) -> list[Figure]:
    """One root, 1,000 Python tasks that do nothing, one join; 32 at once."""
    order = [pair for name in names(1000) for pair in (("root", name), (name, "join"))]
    text = dags.fan("fan1000", 1000, PARALLELISM)
    load = Load(dag_id="fan1000", text=text, count=1002, order=order)
    return throughput(load, asked.times(3), budget=200)


def bash200(asked: Asked) -> list[Figure]:
    """200 independent shell commands `true`."""
    load = Load(dag_id="bash200", text=dags.bash("bash200", 200, PARALLELISM), count=200)
    return throughput(load, asked.times(5), budget=120)


def trigger(asked: Asked) -> list[Figure]:
    """From the REST call to the first task's start, on an idle system."""
    delays, floors = [], [measure()]
    with engine({"one": dags.chain("one", 1, 1)}) as running:
        for _ in range(asked.times(10)):
            time.sleep(1)  # idle is what is measured
            asked_at = time.time()
            run_id = running.instance.trigger("one")
            running.wait_ended("one", run_id)
            rows = running.rows("one", run_id)
            check(rows, 1, [])
            delays.append((rows[0].start - asked_at) * 1000)
    floors.append(measure())
    return [
        Figure(
            name="trigger to start",
            unit="ms",
            values=delays,
            budget=25,
            floor=statistics.median(floor.bare_ms for floor in floors),
            floor_name="bare fork",
        )
    ]


def startup(asked: Asked) -> list[Figure]:
    """From the command to a healthy instance: in a new home, and in an initialised one."""
    first: list[float] = []
    again: list[float] = []
    for _ in range(asked.times(3)):
        with fresh_home() as home:
            for times in (first, again):
                begun = time.perf_counter()
                with instance(home) as running:
                    running.wait_healthy(every=0.01)
                    times.append(time.perf_counter() - begun)
    return [
        Figure(name="start to healthy, initialised home", unit="s", values=again, budget=1.5),
        Figure(name="start to healthy, new home", unit="s", values=first),
    ]


def idle(asked: Asked) -> list[Figure]:
    """Memory and CPU of an instance that has one DAG and nothing to do."""
    memory, cpu, counts = [], [], []
    with engine({"one": dags.chain("one", 1, 1)}) as running:
        running.run("one")
        running.settle()
        for _ in range(asked.times(1)):
            before = running.cpu_seconds()
            time.sleep(asked.idle_seconds)
            cpu.append((running.cpu_seconds() - before) * 60 / asked.idle_seconds)
            memory.append(running.pss_bytes() / 2**20)
            counts.append(len(running.members()))
    return [
        Figure(
            name="idle memory, all processes (PSS)",
            unit="MiB",
            values=memory,
            budget=150,
            notes=[f"{max(counts)} processes"],
        ),
        Figure(name="idle CPU per 60 s", unit="s", values=cpu, budget=0.2),
    ]


def cli(asked: Asked) -> list[Figure]:
    """How long the two commonest commands take."""
    with engine({"one": dags.chain("one", 1, 1)}) as running:
        return [
            timed_command(running, asked.times(10), budget, *arguments)
            for budget, arguments in ((0.12, ("version",)), (0.5, ("dags", "list")))
        ]


def timed_command(running: Engine, repeat: int, budget: float, *arguments: str) -> Figure:
    """Seconds of one command, start to exit; its first run only fills caches."""
    times = []
    for _ in range(repeat + 1):
        begun = time.perf_counter()
        running.instance.command(*arguments)
        times.append(time.perf_counter() - begun)
    return Figure(name=f"airflow {' '.join(arguments)}", unit="s", values=times[1:], budget=budget)


def parse500(asked: Asked) -> list[Figure]:
    """500 new files of 10 tasks each until all are listed; then one more file."""
    totals, cpu, singles = [], [], []
    for _ in range(asked.times(1)):
        with engine({"first": dags.chain("first", 1, 1)}) as running:
            folder = running.instance.home / "dags"
            texts = {f"file_{n:03}": dags.row(f"file_{n:03}", 10) for n in range(500)}
            cpu_before, begun = running.cpu_seconds(), time.perf_counter()
            for dag_id, text in texts.items():
                dags.place(folder, dag_id, text)
            wait_count(running, 501)
            totals.append(time.perf_counter() - begun)
            cpu.append((running.cpu_seconds() - cpu_before) * 1000 / 500)
            running.settle()
            begun = time.perf_counter()
            dags.place(folder, "late", dags.row("late", 10))
            running.instance.wait_listed("late")
            singles.append(time.perf_counter() - begun)
    return [
        Figure(name="parse500 all listed", unit="s", values=totals, budget=6),
        Figure(name="parse500 CPU per file", unit="ms", values=cpu, budget=12),
        Figure(name="one new file seen", unit="s", values=singles, budget=1),
    ]


def wait_count(running: Engine, count: int) -> None:
    """Wait until so many DAGs are listed."""

    def all_listed() -> bool:
        listed = running.instance.rest("GET", "/dags?limit=1")
        return bool(listed["total_entries"] >= count)

    running.instance.wait_for(f"{count} DAGs", all_listed, seconds=300, every=0.05)


def scheduler_only(asked: Asked) -> list[Figure]:
    """The scheduler's steps on a durable database, with an executor that ends tasks at once."""
    return [figure for name in BUDGETS for figure in measure_scheduler(name, asked.times(1))]


def growth(_asked: Asked) -> list[Figure]:
    """One more completed task, with ever more history and ever more DAGs."""
    return [*by_history(), *by_dags()]


def api(_asked: Asked) -> list[Figure]:
    """What the REST API takes, with 500 DAGs, 20 runs each, 100,000 task instances."""
    found = rest.run()
    return [
        Figure(
            name=f"{name}, p50",
            unit="ms",
            values=[measured["p50_ms"]],
            budget=15 if name in {"list DAGs", "runs of a DAG", "instances of a run"} else None,
            notes=(f"p95 {measured['p95_ms']:.1f} ms", f"{measured['bytes'] / 1024:.0f} KiB"),
        )
        for name, measured in found.items()
    ]


def pages(_asked: Asked) -> list[Figure]:
    """What the web interface takes, with 5,000 DAGs and one of 1,000 tasks."""
    report = web.run()
    routes = [
        Figure(
            name=f"{one['route']}, p50",
            unit="ms",
            values=[one["p50"] * 1000],
            notes=(f"p95 {one['p95'] * 1000:.1f} ms", f"{one['bytes'] / 1024:.0f} KiB"),
        )
        for one in report["routes"]
    ]
    return routes + [
        Figure(
            name=f"page {one['page']} usable",
            unit="ms",
            values=[one["cold_ms"]],
            budget=1000 if one["page"] == "home" else None,
            notes=(f"warm {one['warm_ms']:.0f} ms",),
        )
        for one in report["pages"]
    ]


def celery(asked: Asked) -> list[Figure]:
    """The wide DAG and the chain on workers behind a broker, on database servers."""
    return measure_celery(asked.times(3))


#: What `make bench` runs, in this order.
WORKLOADS: Mapping[str, Callable[[Asked], list[Figure]]] = {
    "startup": startup,
    "cli": cli,
    "idle": idle,
    "trigger": trigger,
    "chain40": chain40,
    "bash200": bash200,
    "fan1000": fan1000,
    "parse500": parse500,
    "scheduler": scheduler_only,
    "growth": growth,
    "celery": celery,
    "api": api,
    "pages": pages,
}
