"""What a DAG file is written with. Names are served lazily by `compat`; this imports nothing."""
