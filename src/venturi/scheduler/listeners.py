"""Who listens to the scheduler's figures, as configured; and how health checks are answered."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from venturi.config import Config
from venturi.core.clock import Clock
from venturi.core.errors import InvalidInput
from venturi.observe.endpoint import Answer, CannotListen, Endpoint
from venturi.observe.figures import Figures, Sieve, Sink
from venturi.observe.lines import say
from venturi.observe.otlp import Collector
from venturi.observe.prometheus import TYPE, Registry
from venturi.observe.statsd import Address, Dialect, StatsD
from venturi.scheduler.loop import Scheduler


def figures_of(conf: Config, clock: Clock) -> Figures:
    """The configured figures; off when nobody listens. Raises `InvalidInput`."""
    sinks: list[Sink] = []
    if conf.getboolean("metrics", "statsd_on"):
        sinks.append(_statsd(conf))
    if conf.getboolean("metrics", "otel_on"):
        sinks.append(_collector(conf, clock))
    if conf.getint("venturi", "prometheus_port"):
        sinks.append(Registry(conf.get("metrics", "statsd_prefix") or ""))
    sieve = Sieve(
        allow=_patterns(conf, "metrics_allow_list"), block=_patterns(conf, "metrics_block_list")
    )
    rename = conf.getimport("metrics", "stat_name_handler") if sinks else None
    return Figures(sinks, sieve, rename)


def _patterns(conf: Config, key: str) -> tuple[re.Pattern[str], ...]:
    try:
        return tuple(re.compile(text, re.IGNORECASE) for text in conf.getlist("metrics", key))
    except re.error as error:
        raise InvalidInput(
            f"[metrics] {key}: {error.pattern!r} is no regular expression ({error})."
        ) from error


def _statsd(conf: Config) -> StatsD:
    host, port = (
        conf.get_mandatory_value("metrics", "statsd_host"),
        conf.getint("metrics", "statsd_port"),
    )
    dialect = Dialect.PLAIN
    if conf.getboolean("metrics", "statsd_datadog_enabled"):
        dialect = Dialect.DATADOG
    elif conf.getboolean("metrics", "statsd_influxdb_enabled"):
        dialect = Dialect.INFLUX
    tags = [text.partition(":") for text in conf.getlist("metrics", "statsd_datadog_tags")]
    try:
        return StatsD(
            Address(host, port, conf.getboolean("metrics", "statsd_ipv6")),
            conf.get("metrics", "statsd_prefix") or "",
            dialect,
            tuple((key, value) for key, _, value in tags),
        )
    except OSError as error:
        raise InvalidInput(
            f"[metrics] statsd_host: {host!r} cannot be resolved ({error}); correct it, or set "
            "statsd_on = False."
        ) from error


def _collector(conf: Config, clock: Clock) -> Collector:
    scheme = "https" if conf.getboolean("metrics", "otel_ssl_active") else "http"
    host, port = conf.get("metrics", "otel_host"), conf.getint("metrics", "otel_port")
    return Collector(
        f"{scheme}://{host}:{port}/v1/metrics",
        prefix=conf.get("metrics", "otel_prefix") or "",
        service=conf.get("metrics", "otel_service") or "Airflow",
        interval=conf.getint("metrics", "otel_interval_milliseconds") / 1000,
        clock=clock,
        say=say,
    )


def endpoints_of(conf: Config, scheduler: Scheduler) -> Sequence[Endpoint]:
    """The configured HTTP servers of a scheduler. Raises `CannotListen`."""
    made: list[Endpoint] = []

    def health() -> Answer:
        well = scheduler.is_well
        text = json.dumps({"status": "healthy" if well else "unhealthy"}) + "\n"
        return Answer(200 if well else 503, "application/json", text)

    def serve(host: str, port: int, pages: Mapping[str, Callable[[], Answer]], option: str) -> None:
        try:
            made.append(Endpoint(host, port, pages, option))
        except CannotListen:
            for endpoint in made:
                endpoint.close()
            raise

    sinks = scheduler.reporter.figures.sinks if scheduler.reporter else ()
    for registry in [sink for sink in sinks if isinstance(sink, Registry)]:
        host = conf.get_mandatory_value("venturi", "prometheus_host")
        port = conf.getint("venturi", "prometheus_port")
        pages: dict[str, Callable[[], Answer]] = {
            "/metrics": partial(_scraped, registry),
            "/health": health,
        }
        serve(host, port, pages, "[venturi] prometheus_port")
    if conf.getboolean("scheduler", "enable_health_check"):
        serve(
            conf.get_mandatory_value("scheduler", "scheduler_health_check_server_host"),
            conf.getint("scheduler", "scheduler_health_check_server_port"),
            {"/health": health},
            "[scheduler] scheduler_health_check_server_port",
        )
    return made


def _scraped(registry: Registry) -> Answer:
    return Answer(200, TYPE, registry.text())
