"""`python -m venturi.cli`: the same program."""

import sys

from venturi.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
