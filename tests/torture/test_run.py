"""On which database, and with which kind of queue, a scenario is played."""

from tests.torture.brokers import QUEUES
from tests.torture.plan import ALL
from tests.torture.run import chosen
from tests.torture.table import SCENARIOS


def test_quick_plays_each_scenario_once_and_comes_to_all_pairs_with_the_next_seeds() -> None:
    scenario = SCENARIOS["T02"]
    found = [chosen(scenario, None, None, seed, "quick") for seed in range(len(ALL) * len(QUEUES))]
    assert sorted(found) == sorted([(backend, queue)] for backend in ALL for queue in QUEUES)


def test_the_same_seed_plays_different_scenarios_on_different_databases() -> None:
    found = [chosen(each, None, None, 7, "quick") for each in SCENARIOS.values()]
    assert {backend for ((backend, _),) in found} == set(ALL)
    assert {queue for ((_, queue),) in found} == set(QUEUES)


def test_what_is_asked_for_is_played_and_in_full_everything() -> None:
    scenario = SCENARIOS["T06"]
    asked = chosen(scenario, ["sqlite", "mariadb"], ["local"], 1, "quick")
    assert asked == [("mariadb", "local")]
    assert len(chosen(scenario, None, None, 1, "full")) == 2 * len(QUEUES)
    assert len(chosen(scenario, None, ["local"], 1, "full")) == 2
