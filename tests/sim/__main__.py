"""python -m tests.sim --seeds N: play N worlds; print the seed and script of each that fails."""

import argparse
import sys
import traceback

from tests.sim.seeds import run_seed, tell


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seeds", type=int, default=500, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--thorough", action="store_true", help="check every law at every step")
    parser.add_argument("--stop", action="store_true", help="stop at the first failure")
    asked = parser.parse_args()
    failures = 0
    for seed in range(asked.first, asked.first + asked.seeds):
        try:
            run_seed(seed, thorough=asked.thorough or seed % 20 == 0)
        except Exception:  # whatever it is, it is the seed's to tell
            failures += 1
            print(tell(seed))
            traceback.print_exc()
            if asked.stop:
                break
    print(f"{asked.seeds} worlds, {failures} broken")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
