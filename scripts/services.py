"""The database servers and brokers that the tests need.

    python -m scripts.services                    # which there are
    python -m scripts.services run -- COMMAND     # run COMMAND with all of them

Servers that answer on their usual ports are used. For the others private ones are started in
temporary folders, on free ports, and ended after the command; as root, programs that are not there
are installed from the distribution. What cannot be had is said, and its tests are skipped: under
`CI=true` that is a failure.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence

from scripts.instance import stop_in_order_when_told
from tests.services.find import KINDS, service, told, variable
from tests.services.server import ServiceMissing


def find_all() -> tuple[dict[str, str], list[str]]:
    """What the environment of a command has to say, and what is missing."""
    environment, missing = {}, []
    for name in KINDS:
        try:
            server = service(name)
        except ServiceMissing as reason:
            missing.append(f"no {name}: {reason}")
            environment[variable(name)] = " ".join(str(reason).split())
            continue
        print(
            f"services: {name} on port {server.port}"
            f" ({'private' if server.private else 'running already'})",
            file=sys.stderr,
        )
        environment[variable(name)] = told(server)
    return environment, missing


def main(words: Sequence[str]) -> int:
    """The exit code of the command."""
    if words and (words[0] != "run" or words[1:2] != ["--"] or len(words) < 3):
        print(__doc__, file=sys.stderr)
        return 2
    stop_in_order_when_told()
    environment, missing = find_all()
    for reason in missing:
        print(f"services: {reason}", file=sys.stderr)
    if missing and os.environ.get("CI", "").lower() in {"1", "true"}:
        print("services: CI skips nothing: all servers are needed", file=sys.stderr)
        return 1
    if not words:
        return 1 if missing else 0
    if missing:
        print("services: THE TESTS OF THESE ARE SKIPPED", file=sys.stderr)
    command = subprocess.Popen(words[2:], env={**os.environ, **environment})
    # Ctrl-C is the command's; we wait for its end and then stop what we started.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        return command.wait()
    finally:
        if command.poll() is None:
            command.terminate()
            command.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
