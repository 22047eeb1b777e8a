"""The configuration: one table of options, read as Airflow's users know it.

- `options`: what an option is; `table/`: the options, a file per family.
- `paths`: AIRFLOW_HOME and what follows from it.
- `ini`, `entries`: what the file and the environment say, with lines.
- `names`: what a name stands for, old or wrong; `values`, `checks`: what text may stand there.
- `load`: who wins and what is wrong; `remarks`: what is merely worth saying.
- `conf`: the object people know, `get_config()`; `external`: commands and secrets backends.
- `generated`: secrets made at random; `write`: `airflow.cfg` on first use.
- `listing`, `update`: the configuration as text; an old file in today's names.
- `urls`: database URLs; `docs`: the page of all options.

Importing and loading it takes a few milliseconds: standard library only, and the rest late.
"""

from venturi.config.conf import Config, get_config
from venturi.config.errors import ConfigError, Notice

__all__ = ["Config", "ConfigError", "Notice", "get_config"]
