"""On which database, and with which kind of queue, a scenario is played."""

import json
from pathlib import Path

import pytest

from tests.torture.brokers import QUEUES
from tests.torture.plan import ALL
from tests.torture.run import Turn, chosen, in_lanes, main
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


def test_lanes_bring_the_result_of_every_turn() -> None:
    turns = [Turn(name, "sqlite", "local", 1, "quick") for name in ("T20", "T22")]
    found = sorted(in_lanes(turns, 2), key=str)
    assert [(each["name"], each["result"]) for each in found] == [("T20", "held"), ("T22", "held")]


def test_what_does_not_hold_is_told_and_ends_in_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)

    def wrong(_world: object) -> None:
        raise AssertionError("it broke")

    monkeypatch.setitem(SCENARIOS, "T19", SCENARIOS["T19"]._replace(play=wrong))
    assert main(["--only", "T19", "--seed", "7"]) == 1
    assert "0 held, 1 did not; seed 7" in capsys.readouterr().out
    (written,) = (tmp_path / "torture-results").iterdir()
    (result,) = json.loads(written.read_text())["results"]
    assert (result["result"], result["why"], result["seed"]) == ("FAILED", "it broke", 7)
