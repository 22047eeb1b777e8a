"""Worlds from seeds: fast, repeatable, thousands of them."""

from random import Random

from tests.sim.world import World

#: What happens, and how often in relation to the rest.
HAPPENS: tuple[tuple[str, int], ...] = (
    ("tick", 30),
    ("deliver", 40),
    ("finish", 25),
    ("wait", 8),
    ("deliver_twice", 3),
    ("lose", 2),
    ("tick_too_late", 2),
    ("kill_task", 2),
    ("kill_machine", 1),
    ("kill_scheduler", 1),
    ("kill_scheduler_between_commit_and_words", 1),
    ("second_scheduler", 1),
    ("ghost_ticks", 1),
    ("sweep", 1),
    ("clear", 2),
    ("mark_task", 2),
    ("mark_run", 1),
    ("trigger", 3),
    ("pause", 1),
    ("unpause", 2),
    ("resize_pool", 1),
    ("edit_dag", 1),
    ("clock_back", 1),
)


def script_of(seed: int) -> list[str]:
    """What happens in the world of a seed, in order."""
    rng = Random(seed)
    names, weights = zip(*HAPPENS, strict=True)
    return rng.choices(names, weights, k=rng.randint(20, 120))


def run_seed(seed: int, *, thorough: bool = False) -> World:
    """Play the world of a seed to its end; `AssertionError` when a law is broken."""
    world = World(Random(seed), thorough=thorough)
    for name in script_of(seed):
        getattr(world, name)()
    world.calm()
    return world


def tell(seed: int) -> str:
    """The script of a seed, for a person."""
    return f"seed {seed}: {' '.join(script_of(seed))}"
