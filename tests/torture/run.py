"""`make torture`: play scenarios with real processes and servers; say what held and what did not.

python -m tests.torture.run [ONLY] [--seed N] [--backends all|sqlite,mariadb]
    [--queues all|local,celery-redis,celery-rabbitmq] [--tier quick|full] [--lanes N]

Unless databases or queues are asked for, the quick tier plays each scenario on one pair of them,
another one with the next seed, and the full tier on all. With lanes so many scenarios are played at
a time, each in a process of its own: most of them mostly wait.
"""

import argparse
import json
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from tests.services.server import ServiceMissing
from tests.torture.brokers import QUEUES
from tests.torture.plan import ALL, Scenario, World
from tests.torture.table import SCENARIOS

RESULTS = Path("torture-results")


class Turn(NamedTuple):
    """One scenario on one kind of database with one kind of queue."""

    name: str
    backend: str
    queue: str
    seed: int
    tier: str


def main(words: Sequence[str]) -> int:
    """1 when something did not hold."""
    asked = _parse(words)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    turns = [
        Turn(name, *pair, seed, asked.tier)
        for name in asked.only
        for pair in chosen(SCENARIOS[name], asked.backends, asked.queues, seed, asked.tier)
    ]
    if asked.json:
        print(json.dumps([play(turn) for turn in turns], default=str))
        return 0
    print(f"torture: seed {seed}, {asked.tier} tier; again with SEED={seed}", flush=True)
    results = []
    for result in in_lanes(turns, asked.lanes) if asked.lanes > 1 else map(play, turns):
        results.append(result)
        print(as_line(result), flush=True)
    path = write(results, seed, asked.tier)
    bad = sum(result["result"] == "FAILED" for result in results)
    print(f"torture: {len(results) - bad} held, {bad} did not; seed {seed}; {path}")
    return 1 if bad else 0


def chosen(
    scenario: Scenario,
    backends: Sequence[str] | None,
    queues: Sequence[str] | None,
    seed: int,
    tier: str,
) -> list[tuple[str, str]]:
    """What a scenario is played on: what is asked for; else all, or one in turn when quick."""
    pairs = [
        (backend, queue)
        for backend in scenario.backends
        for queue in scenario.queues
        if (backends is None or backend in backends) and (queues is None or queue in queues)
    ]
    if tier == "full" or backends is not None or queues is not None:
        return pairs
    return [pairs[(seed + int(scenario.name[1:])) % len(pairs)]]


def in_lanes(turns: Sequence[Turn], lanes: int) -> Iterator[dict[str, Any]]:
    """The results of turns of which so many are played at a time, as they come."""
    with ThreadPoolExecutor(lanes) as pool:
        for done in as_completed([pool.submit(_elsewhere, turn) for turn in turns]):
            yield done.result()


def _elsewhere(turn: Turn) -> dict[str, Any]:
    """Play a turn in a process of its own."""
    options = {
        "--only": turn.name,
        "--backends": turn.backend,
        "--queues": turn.queue,
        "--seed": str(turn.seed),
        "--tier": turn.tier,
    }
    words = [word for option in options.items() for word in option]
    done = subprocess.run(
        [sys.executable, "-m", "tests.torture.run", *words, "--json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{turn} could not be played:\n{done.stderr}")
    (result,) = json.loads(done.stdout.splitlines()[-1])
    return dict(result)


def play(turn: Turn) -> dict[str, Any]:
    """How a turn went."""
    world = World(turn.backend, turn.seed, quick=turn.tier == "quick", queue=turn.queue)
    begun = time.monotonic()
    result: dict[str, Any] = {"name": turn.name, "backend": turn.backend, "queue": turn.queue}
    try:
        with world.stack:
            SCENARIOS[turn.name].play(world)
        result["result"] = "held"
    except ServiceMissing as missing:
        result |= {"result": "missing", "why": str(missing)}
    except Exception as error:
        result |= {
            "result": "FAILED",
            "why": str(error),
            "notes": list(getattr(error, "__notes__", ())),
            "trace": traceback.format_exc(),
        }
    seconds = round(time.monotonic() - begun, 1)
    return {**result, "seconds": seconds, "seed": turn.seed, "told": world.told}


def as_line(result: dict[str, Any]) -> str:
    """A row of the printed table."""
    told = " ".join(f"{key}={value}" for key, value in result["told"].items())
    why = f"\n      {result['why']}" if "why" in result else ""
    return (
        f"{result['name']:5} {result['backend']:11} {result['queue']:15} {result['result']:7}"
        f" {result['seconds']:7.1f} s  {told}{why}"
    )


def write(results: list[dict[str, Any]], seed: int, tier: str) -> Path:
    """Keep the results as JSON."""
    RESULTS.mkdir(exist_ok=True)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    now = datetime.now(UTC)  # noqa: TID251 - the name of a file
    path = RESULTS / f"{now:%Y%m%dT%H%M%S}.json"
    whole = {"commit": commit, "seed": seed, "tier": tier, "results": results}
    path.write_text(json.dumps(whole, indent=1, default=str))
    return path


def _parse(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make torture", description=__doc__)
    parser.add_argument("--only", default=",".join(SCENARIOS), type=_names)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--backends", type=lambda text: ALL if text == "all" else text.split(","))
    parser.add_argument("--queues", type=lambda text: QUEUES if text == "all" else text.split(","))
    parser.add_argument("--tier", choices=["quick", "full"], default="quick")
    parser.add_argument("--lanes", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print results as JSON, and that only")
    return parser.parse_args(words)


def _names(text: str) -> list[str]:
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in SCENARIOS]
    if unknown:
        raise argparse.ArgumentTypeError(
            f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}"
        )
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
