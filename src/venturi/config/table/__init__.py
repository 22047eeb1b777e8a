"""The one table of options, a file per family, and Airflow's options that mean nothing here.

- `core`, `defaults`, `parsing`, `database`, `scheduler`, `web`, `access`, `logs`, `mail`,
  `celery`, `tasks`, `metrics`, `limits`: the rows (`OPTIONS`) of the options that Venturi obeys.
- `unused`: names that Airflow knows and Venturi does not need, and sections of free keys.
- `builtin`: dotted names by which Airflow calls what is built in here.
- `all`: the rows together, and the look-up by every name an option ever had.
"""
