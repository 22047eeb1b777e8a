"""T03: the broker forgets what waits, and its queues, while many tasks are queued.

The rows know what waits; bells that got lost are rung again. How long that takes is asked of the
same load in the same home, undisturbed: a busy machine is slow at both.
"""

import time
from collections.abc import Callable

from tests.torture.homes import fan
from tests.torture.plan import World, holds, must
from tests.torture.workers import PLACES, CeleryHome

#: Seconds in which all must be done that was forgotten, beyond what it takes undisturbed.
BOUND = 15.0
#: Seconds that one task takes undisturbed on a machine that has nothing else to do.
USUAL = 0.06


def forget_everything(world: World) -> None:
    """Once undisturbed, then with purged queues, then with nothing left of them, twice."""
    tasks = world.pick(40, 100)
    with world.celery_home() as home:
        home.limit(tasks + PLACES)
        scheduler = home.scheduler()
        undisturbed, _ = _take(home, "undisturbed", tasks, lambda: 0)
        factor = max(1.0, undisturbed / (USUAL * tasks))
        bound = undisturbed + BOUND * factor
        forgotten, worst = 0, 0.0
        for name, forget in (
            ("purged", home.broker.purge),
            ("forgotten", home.broker.forget),
            ("again", home.broker.forget),
        ):
            took, gone = _take(home, name, tasks, forget)
            must(gone > 0, "there was nothing to forget")
            worst, forgotten = max(worst, took), forgotten + gone
            world.tell(**{f"{name}_s": round(took, 1)})
        must(scheduler.poll() is None, "the scheduler ended")
        must(all(home.runs(name) for name in home.names), "a worker ended")
        holds(home.check())
        world.tell(forgotten=forgotten, undisturbed_s=round(undisturbed, 1))
        world.tell(factor=round(factor, 1), bound_s=round(bound, 1))
        must(worst <= bound, f"it took {worst:.1f} s, and may take {bound:.1f} s")


def _take(home: CeleryHome, name: str, tasks: int, forget: Callable[[], int]) -> tuple[float, int]:
    """How long the queued tasks take after `forget`, and how many messages that forgot.

    All places are taken until then, so that everything waits in the queue.
    """
    go = home.path / f"go-{name}"
    begun = home.ledger.count("start")
    held = fan(f"held_{name}", PLACES, call="work_until", arguments=repr(str(go)), dag=_WIDE)
    home.dag(f"held_{name}.py", held)
    home.until(lambda: home.ledger.count("start") == begun + PLACES, "all places are taken", 60)
    home.dag(f"{name}.py", fan(name, tasks, arguments="0.05", dag=_WIDE))
    home.until(lambda: home.broker.waiting() >= tasks, "all wait in the queue", 60)
    gone = forget()
    since = time.monotonic()
    go.touch()
    home.until_done(name, 240)
    return time.monotonic() - since, gone


_WIDE = "max_active_tasks=500"
