"""`make torture`: play scenarios with real processes and servers; say what held and what did not.

python -m tests.torture.run [ONLY] [--seed N] [--backends all|sqlite,mariadb]
    [--queues all|local,celery-redis,celery-rabbitmq] [--tier quick|full]

Unless databases or queues are asked for, the quick tier plays each scenario on one pair of them,
another one with the next seed, and the full tier on all.
"""

import argparse
import json
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.services.server import ServiceMissing
from tests.torture.brokers import QUEUES
from tests.torture.plan import ALL, Scenario, World
from tests.torture.table import SCENARIOS

RESULTS = Path("torture-results")


def main(words: Sequence[str]) -> int:
    """1 when something did not hold."""
    asked = _parse(words)
    seed = asked.seed if asked.seed is not None else random.SystemRandom().randrange(10**6)
    print(f"torture: seed {seed}, {asked.tier} tier; again with SEED={seed}", flush=True)
    results = []
    for name in asked.only:
        scenario = SCENARIOS[name]
        for backend, queue in chosen(scenario, asked.backends, asked.queues, seed, asked.tier):
            result = play(scenario, backend, queue, seed, quick=asked.tier == "quick")
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


def play(scenario: Scenario, backend: str, queue: str, seed: int, *, quick: bool) -> dict[str, Any]:
    """One scenario on one kind of database, with one kind of queue."""
    world = World(backend, seed, quick=quick, queue=queue)
    begun = time.monotonic()
    result: dict[str, Any] = {"name": scenario.name, "backend": backend, "queue": queue}
    try:
        with world.stack:
            scenario.play(world)
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
    return {**result, "seconds": seconds, "seed": seed, "told": world.told}


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
