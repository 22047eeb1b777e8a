"""T16: those who may not begin never stand before those who may.

Three shapes in which orchestrators are known to starve: a thousand tasks of higher priority before
a full pool (apache/airflow#45636), a DAG with `max_active_tasks=1` beside another one (#21473), and
a DAG with many waiting runs beside another one. What is asked is exact and needs no stopwatch: as
long as tasks of the free side wait, every step of the scheduler that frees a place there fills it
again. All of a step carries one instant.
"""

from collections import Counter
from typing import NamedTuple

from tests.torture.homes import TortureHome, fan
from tests.torture.plan import World, holds, must


class Sizes(NamedTuple):
    """How many tasks before the full side, how many on the free one, and places there."""

    blocked: int
    free: int
    slots: int


SMALL = Sizes(120, 40, 8)
LARGE = Sizes(1000, 100, 20)


def starve(world: World) -> None:
    """All three shapes."""
    sizes = SMALL if world.quick else LARGE
    for shape in (full_pool, narrow_dag, waiting_runs):
        with world.home() as home:
            home.limit(sizes.slots + 4)
            figures = shape(home, sizes)
            world.tell(**{shape.__name__: figures})


def full_pool(home: TortureHome, sizes: Sizes) -> dict[str, int]:
    """Pool A has one slot and many tasks of higher priority, pool B has room."""
    home.pool("a", 1)
    home.pool("b", sizes.slots)
    of_a = "pool='a', priority_weight=2"
    home.dag("full.py", fan("full", sizes.blocked, arguments="0.01", task=of_a, dag=_WIDE))
    home.dag("free.py", fan("free", sizes.free, arguments="0.1", task="pool='b'", dag=_WIDE))
    return _play(home, sizes)


def narrow_dag(home: TortureHome, sizes: Sizes) -> dict[str, int]:
    """One DAG may work on one task at a time, the other on many."""
    narrow = "max_active_tasks=1"
    home.dag("full.py", fan("full", sizes.blocked, arguments="0.01", dag=narrow))
    wide = f"max_active_tasks={sizes.slots}"
    home.dag("free.py", fan("free", sizes.free, arguments="0.1", dag=wide))
    return _play(home, sizes)


def waiting_runs(home: TortureHome, sizes: Sizes) -> dict[str, int]:
    """One DAG has many runs of which one may work at a time."""
    text = fan("full", 1, arguments="0.01", dag="max_active_runs=1, catchup=True")
    runs = sizes.blocked // 4
    text = text.replace("schedule='@once'", f"schedule='@daily', end_date=END({runs})")
    text = text.replace(
        "with DAG", "END = lambda days: datetime(2020, 1, 1) + timedelta(days)\nwith DAG"
    )
    home.dag("full.py", text)
    wide = f"max_active_tasks={sizes.slots}"
    home.dag("free.py", fan("free", sizes.free, arguments="0.1", dag=wide))
    return _play(home, sizes, runs + 1)


_WIDE = "max_active_tasks=5000"


def _play(home: TortureHome, sizes: Sizes, runs: int = 1) -> dict[str, int]:
    home.scheduler()
    home.until(lambda: home.run_state("free") in {"success", "failed"}, "the free side ends", 300)
    # The free side ended while the other one still waits: it was not behind it.
    waiting = home.value(
        "SELECT count(*) FROM task_instance WHERE dag_id = 'full' AND queued_dttm IS NULL"
    )
    steps = _each_step_fills(home, sizes)
    query = "SELECT count(*) FROM dag_run WHERE dag_id = 'full'"
    home.until(lambda: home.value(query) >= runs, f"all {runs} runs are made", 900)
    home.until_all_ended(900)
    holds(home.check())
    return {"waiting": int(waiting), "steps": steps}


def _each_step_fills(home: TortureHome, sizes: Sizes) -> int:
    """Every instant at which a free side's task ended saw as many queued; returns how many."""
    rows = home.sql(
        "SELECT queued_dttm, updated_at FROM task_instance WHERE dag_id = 'free' ORDER BY 1"
    )
    queued = Counter(str(row[0]) for row in rows)
    ended = Counter(str(row[1]) for row in rows)
    first = min(queued)
    must(
        queued[first] == min(sizes.slots, sizes.free),
        f"the first step queued {queued[first]} tasks of the free side, not {sizes.slots}",
    )
    left = len(rows) - queued[first]
    for instant in sorted(ended):
        wanted = min(ended[instant], left)
        must(
            queued[instant] == wanted,
            f"at {instant} {ended[instant]} tasks of the free side ended, {left} were waiting, and "
            f"{queued[instant]} were queued",
        )
        left -= queued[instant]
    must(left == 0, f"{left} tasks of the free side were queued at some other instant")
    return len(ended)
