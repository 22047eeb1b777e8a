"""The engine without database and processes, while everything goes wrong that can."""

import os
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.sim.regressions import SEEDS
from tests.sim.seeds import HAPPENS, run_seed, tell
from tests.sim.world import World

#: How many worlds from seeds; VENTURI_SIM_SEEDS asks for more.
WORLDS = int(os.environ.get("VENTURI_SIM_SEEDS", "2000"))
SHARES = 5


@pytest.mark.parametrize("share", range(SHARES))
def test_worlds_from_seeds_break_no_law(share: int) -> None:
    for seed in range(share, WORLDS, SHARES):
        try:
            run_seed(seed, thorough=seed % 20 == 0)
        except AssertionError as broken:
            broken.add_note(tell(seed))
            raise


@pytest.mark.parametrize("seed", SEEDS)
def test_a_law_that_was_broken_once_holds(seed: int) -> None:
    run_seed(seed, thorough=True)


def test_a_world_is_the_same_every_time() -> None:
    def ends(seed: int) -> list[tuple[str, str]]:
        return [(run.run_id, str(run.state)) for run in run_seed(seed).rows.runs.values()]

    assert [ends(seed) for seed in range(5)] == [ends(seed) for seed in range(5)]


def test_the_worlds_see_every_kind_of_end() -> None:
    """A simulation in which nothing happens proves nothing."""
    seen = set()
    for seed in range(40):
        for run in run_seed(seed).rows.runs.values():
            seen |= {f"run {run.state}"}
            seen |= {str(row.state) for group in run.instances for row in group}
            seen |= {"mapped" for group in run.instances if len(group) > 1}
            seen |= {"retried" for group in run.instances for row in group if row.try_number > 1}
    wanted = {"run success", "run failed", "success", "failed", "skipped", "upstream_failed"}
    assert wanted | {"mapped", "retried"} <= seen


class Engine(RuleBasedStateMachine):
    """The same world, driven by Hypothesis, which shortens what it breaks."""

    world: World

    @initialize(seed=st.integers(min_value=0, max_value=1 << 32))
    def begin(self, seed: int) -> None:
        self.world = World(Random(seed))

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.calm()


def _as_rule(name: str) -> object:
    def happen(self: Engine) -> None:
        getattr(self.world, name)()

    happen.__name__ = name
    return rule()(happen)


for _name, _ in HAPPENS:
    setattr(Engine, _name, _as_rule(_name))


@pytest.mark.timeout(600)
def test_whatever_hypothesis_thinks_of_breaks_no_law() -> None:
    run_state_machine_as_test(
        Engine,
        settings=settings(
            max_examples=300,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
