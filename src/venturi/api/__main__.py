"""`python -m venturi.api`: the web server in one process, beside a scheduler in another.

`airflow standalone` starts it so: it takes less memory than a master with a worker, and ends with
the process that holds the other end of its standard input.
"""

import argparse
import sys

from venturi.api.server import serve
from venturi.core.errors import VenturiError


def main() -> int:
    """Serve until stopped; the exit code."""
    parser = argparse.ArgumentParser(prog="airflow-webserver")
    parser.add_argument("-p", "--port", type=int)
    parser.add_argument("-H", "--host", "--hostname")
    parser.add_argument("-A", "--access-logfile")
    args = parser.parse_args()
    args.alone = True
    try:
        return serve(args)
    except VenturiError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main())
