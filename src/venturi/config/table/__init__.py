"""The one table of options, a file per family, and Airflow's options that mean nothing here.

- `core`, `database`, `scheduler`, `parsing`, `web`, `logs`, `mail`, `celery`, `metrics`,
  `tasks`, `limits`: the rows (`OPTIONS`) of the options that Venturi obeys.
- `unused`: names that Airflow knows and Venturi does not need, and sections of free keys.
- `builtin`: dotted names by which Airflow calls what is built in here.
- `all`: the rows together, and the look-up by every name an option ever had.
"""
