"""Measure the installed product: `make bench`, `make bench ONLY=chain40,fan1000 REPEAT=3`.

Every figure stands beside the floor measured in the same minutes; a result only counts after the
engine's own rows have shown that the work was done as the DAG file says. Writes JSON to
bench-results/.
"""

import argparse
import json
import os
import platform
import re
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.engine import WrongResult
from bench.figures import Figure
from bench.floor import Floor, measure
from bench.workloads import WORKLOADS, Asked
from scripts.instance import InstanceFailed, stop_in_order_when_told

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench-results"
PINS = ROOT / "requirements" / "runtime.txt"


def parse_arguments(arguments: Sequence[str]) -> tuple[list[str], Asked]:
    """The workloads to run and how."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default="", help=f"of {', '.join(WORKLOADS)}")
    parser.add_argument("--repeat", type=int, help="how often; each workload has its usual number")
    parser.add_argument("--idle-seconds", type=float, default=60)
    asked = parser.parse_args(arguments)
    chosen = [name.strip() for name in asked.only.split(",") if name.strip()] or list(WORKLOADS)
    unknown = [name for name in chosen if name not in WORKLOADS]
    if unknown:
        parser.error(f"no workload {', '.join(unknown)}; there are {', '.join(WORKLOADS)}")
    return chosen, Asked(repeat=asked.repeat, idle_seconds=asked.idle_seconds)


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "processors": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "kernel": platform.release(),
        "venturi": version("venturi"),
        "packages_required": len(re.findall(r"^\S+==", PINS.read_text(), re.MULTILINE)),
    }


def print_floor(floor: Floor) -> None:
    """The floors in words."""
    print(
        f"floor: bare fork {floor.bare_ms:.2f} ms; working fork {floor.working_ms:.2f} ms,"
        f" {floor.working_cpu_ms:.2f} ms CPU; {floor.working_per_second:.0f} working forks/s"
        f" on {os.cpu_count()} processors"
    )


def main(arguments: Sequence[str]) -> int:
    """0 if every workload gave a valid result, whatever its speed."""
    chosen, asked = parse_arguments(arguments)
    begun = datetime.now(UTC)
    facts = machine()
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    floor = measure()
    print_floor(floor)
    print("a task is a process of its own; commits are durable; medians (low-high)\n")
    done: dict[str, list[Figure]] = {}
    failed: dict[str, str] = {}
    for name in chosen:
        print(f"{name}: {(WORKLOADS[name].__doc__ or '').splitlines()[0]}", flush=True)
        try:
            done[name] = WORKLOADS[name](asked)
        except (InstanceFailed, WrongResult) as trouble:
            failed[name] = "\n".join([str(trouble), *getattr(trouble, "__notes__", ())])
            print(f"  NO RESULT: {failed[name]}", flush=True)
            continue
        for figure in done[name]:
            print(figure.as_line(), flush=True)
    report = {
        "when": begun.isoformat(),
        "machine": facts,
        "floor": asdict(floor),
        "workloads": {name: [figure.as_json() for figure in found] for name, found in done.items()},
        "failed": failed,
    }
    RESULTS.mkdir(exist_ok=True)
    target = RESULTS / f"{begun:%Y%m%dT%H%M%SZ}.json"
    target.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nwritten to {os.path.relpath(target)}")
    return 1 if failed else 0


if __name__ == "__main__":
    stop_in_order_when_told()
    sys.exit(main(sys.argv[1:]))
