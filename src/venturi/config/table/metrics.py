"""[metrics], [traces] and [sentry]: figures and traces for other systems."""

from venturi.config.options import Option


def _otel(section: str, noun: str) -> tuple[Option, ...]:
    """The rows that [metrics] and [traces] have in common."""
    return (
        Option(section, "otel_on", "boolean", "False", f"Send {noun} by OpenTelemetry."),
        Option(section, "otel_host", "string", "localhost", "Host of the OpenTelemetry collector."),
        Option(
            section,
            "otel_port",
            "integer",
            "8889",
            "Port of the collector (HTTP).",
            range=(1, 65535),
        ),
        Option(section, "otel_service", "string", "Airflow", f"Service name that {noun} carry."),
        Option(section, "otel_ssl_active", "boolean", "False", "Speak HTTPS with the collector."),
        Option(
            section, "otel_debugging_on", "boolean", "False", f"Print {noun} on the terminal too."
        ),
    )


OPTIONS = (
    Option(
        "metrics",
        "statsd_on",
        "boolean",
        "False",
        "Send figures to StatsD.",
        old_names=(("scheduler", "statsd_on"),),
    ),
    Option(
        "metrics",
        "statsd_host",
        "string",
        "localhost",
        "Host of StatsD.",
        old_names=(("scheduler", "statsd_host"),),
    ),
    Option(
        "metrics",
        "statsd_port",
        "integer",
        "8125",
        "Port of StatsD (UDP).",
        old_names=(("scheduler", "statsd_port"),),
        range=(1, 65535),
    ),
    Option("metrics", "statsd_ipv6", "boolean", "False", "Reach StatsD over IPv6."),
    Option(
        "metrics",
        "statsd_prefix",
        "string",
        "airflow",
        "First part of each figure's name.",
        old_names=(("scheduler", "statsd_prefix"),),
    ),
    Option(
        "metrics",
        "statsd_datadog_enabled",
        "boolean",
        "False",
        "Send DogStatsD tags too.",
        old_names=(("scheduler", "statsd_datadog_enabled"),),
    ),
    Option(
        "metrics",
        "statsd_datadog_tags",
        "list",
        "",
        "Tags on every figure, `key:value`, comma-separated.",
        old_names=(("scheduler", "statsd_datadog_tags"),),
    ),
    Option(
        "metrics",
        "statsd_influxdb_enabled",
        "boolean",
        "False",
        "Write tags as InfluxDB reads them.",
    ),
    Option(
        "metrics",
        "metrics_allow_list",
        "list",
        "",
        "Send only figures whose name matches one of these patterns, comma-separated.",
        old_names=(("metrics", "statsd_allow_list"), ("scheduler", "statsd_allow_list")),
    ),
    Option(
        "metrics",
        "metrics_block_list",
        "list",
        "",
        "Do not send figures whose name matches one of these patterns, comma-separated.",
        old_names=(("metrics", "statsd_block_list"),),
    ),
    Option(
        "metrics",
        "stat_name_handler",
        "import",
        "",
        "Function that checks and rewrites names of figures.",
        old_names=(("scheduler", "stat_name_handler"),),
    ),
    Option(
        "metrics",
        "otel_prefix",
        "string",
        "airflow",
        "First part of each figure's name.",
    ),
    Option(
        "metrics",
        "otel_interval_milliseconds",
        "integer",
        "60000",
        "Milliseconds between two deliveries.",
        range=(1, None),
    ),
    *_otel("metrics", "figures"),
    *_otel("traces", "traces"),
    Option("sentry", "sentry_on", "boolean", "False", "Report errors of tasks to Sentry."),
    Option(
        "sentry",
        "sentry_dsn",
        "string",
        "",
        "Address of the Sentry project.",
        secret=True,
    ),
    Option(
        "sentry",
        "before_send",
        "import",
        None,
        "Function that may change or drop a report before it is sent.",
    ),
)
