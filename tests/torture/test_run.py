"""Which database a scenario is played on."""

from tests.torture.plan import ALL, SERVERS
from tests.torture.run import chosen
from tests.torture.table import SCENARIOS


def test_quick_plays_each_scenario_on_one_database_and_comes_to_all_with_the_next_seeds() -> None:
    scenario = SCENARIOS["T02"]
    found = [chosen(ALL, None, scenario, seed, "quick") for seed in range(3)]
    assert sorted(found) == [[each] for each in sorted(ALL)]


def test_the_same_seed_plays_different_scenarios_on_different_databases() -> None:
    found = {tuple(chosen(ALL, None, each, 7, "quick")) for each in SCENARIOS.values()}
    assert len(found) == len(ALL)


def test_what_is_asked_for_is_played_and_in_full_everything() -> None:
    scenario = SCENARIOS["T06"]
    assert chosen(SERVERS, ["sqlite", "mariadb"], scenario, 1, "quick") == ["mariadb"]
    assert chosen(SERVERS, None, scenario, 1, "full") == list(SERVERS)
