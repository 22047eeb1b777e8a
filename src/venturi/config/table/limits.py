"""[venturi]: bounds and knobs that Airflow has no name for."""

from venturi.config.options import Option

MIB = 1024 * 1024

OPTIONS = (
    Option(
        "venturi",
        "max_import_memory_mb",
        "integer",
        "1024",
        "Megabytes that the import of one DAG file may take.",
        range=(64, 2048),
        starter=True,
    ),
    Option(
        "venturi",
        "max_tasks_per_file",
        "integer",
        "100000",
        "Tasks that one DAG file may define.",
        range=(1, None),
    ),
    Option(
        "venturi",
        "log_bytes_per_attempt_max",
        "integer",
        str(100 * MIB),
        "Bytes of log that one try of a task may write; the rest is cut off with a remark.",
        range=(1024, None),
    ),
    Option(
        "venturi",
        "xcom_bytes_max",
        "integer",
        str(64 * MIB),
        "Bytes of the largest value that a task may pass on.",
        range=(1024, 1024 * MIB),
    ),
    Option(
        "venturi",
        "hosts_max",
        "integer",
        "8",
        "DAG files whose import is kept in memory, ready to start tasks from.",
        range=(1, None),
    ),
    Option(
        "venturi",
        "spare_processes",
        "integer",
        "2",
        "Processes kept ready per DAG file with recent work, so that a task starts at once.",
        range=(0, 64),
    ),
    Option(
        "venturi",
        "disk_watermark_mb",
        "integer",
        "256",
        "No new task starts while the disk of the log folder has fewer free megabytes.",
        range=(0, None),
    ),
    Option(
        "venturi",
        "lease_seconds",
        "duration",
        "15",
        "Seconds after which another scheduler takes over from one that is silent.",
        range=(1, 3600),
    ),
    Option(
        "venturi",
        "prometheus_port",
        "integer",
        "0",
        "Port on which the scheduler answers Prometheus at /metrics; 0: it does not.",
        range=(0, 65535),
    ),
    Option(
        "venturi",
        "prometheus_host",
        "string",
        "127.0.0.1",
        "Address on which it answers. Figures name DAGs and tasks: think before opening it.",
    ),
    Option(
        "venturi",
        "worker_lease_seconds",
        "duration",
        "300",
        "Seconds that a Celery worker may be unheard of before its tasks count as lost. It ends "
        "them by itself somewhat earlier.",
        range=(5, None),
    ),
    Option(
        "venturi",
        "worker_drain_seconds",
        "duration",
        "0",
        "Seconds that a Celery worker which was told to stop waits for its tasks; 0: as long as "
        "they take.",
        range=(0, None),
    ),
    Option(
        "venturi",
        "history_days",
        "integer",
        "365",
        "Days that ended runs are kept, with their logs and all else about them; 0 keeps them for "
        "ever.",
        range=(0, None),
        starter=True,
    ),
    Option(
        "venturi",
        "history_runs_min",
        "integer",
        "20",
        "Newest runs of each DAG that are kept however old they are.",
        range=(1, None),
    ),
    Option(
        "venturi",
        "database_timeout",
        "duration",
        "20",
        "Seconds after which a MySQL or PostgreSQL server that does not answer counts as lost, and "
        "the transaction is tried again; 0 waits for ever. Commands that change tables wait.",
        range=(0, 3600),
    ),
    Option(
        "venturi",
        "allow_unauthenticated_network",
        "boolean",
        "False",
        "Let the web server listen where other machines can reach it although nobody signs in: "
        "whoever can reach it may do everything, and run what they like.",
    ),
    Option(
        "venturi",
        "extra_sections",
        "list",
        "",
        "Sections of this file that belong to your own plugins, comma-separated. Their options "
        "are not checked; `conf.get` reads them.",
        example="my_company",
    ),
)
