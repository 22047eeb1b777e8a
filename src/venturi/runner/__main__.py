"""`python -m venturi.runner`."""

import sys

from venturi.runner.daemon import main

sys.exit(main())
