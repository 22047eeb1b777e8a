"""Figures: which are sent, and how each listener gets them."""

import json
import re
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from venturi.core.clock import SystemClock
from venturi.observe.endpoint import Answer, CannotListen, Endpoint
from venturi.observe.figures import Figure, Figures, Kind, Sieve
from venturi.observe.lines import Manner, say, speak
from venturi.observe.otlp import Collector
from venturi.observe.prometheus import Registry
from venturi.observe.statsd import DATAGRAM, Address, Dialect, StatsD, datagrams

START = Figure("ti.start.d.t", Kind.COUNT, 1, (("dag_id", "d"), ("task_id", "t")))
TOOK = Figure("dag.d.t.duration", Kind.TIME, 1250.5)
OPEN = Figure("pool.open_slots.my pool", Kind.GAUGE, 3)


class Kept:
    """A sink that keeps."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def put(self, figures: Any) -> None:
        self.names += [figure.name for figure in figures]

    def close(self) -> None:
        self.names.append("closed")


def test_an_allow_list_names_all_that_is_sent_and_a_block_list_what_is_not() -> None:
    start = re.compile("^ti")
    for sieve, passed in (
        (Sieve(), [START.name, TOOK.name]),
        (Sieve(allow=(start,)), [START.name]),
        (Sieve(block=(start,)), [TOOK.name]),
        (Sieve(allow=(start,), block=(start,)), [START.name]),
    ):
        kept = Kept()
        Figures([kept], sieve).put([START, TOOK])
        assert kept.names == passed


def test_names_are_rewritten_after_they_are_sieved() -> None:
    kept = Kept()
    Figures([kept], Sieve(allow=(re.compile("ti"),)), str.upper).put([START])
    assert kept.names == ["TI.START.D.T"]


def test_nothing_is_computed_when_nobody_listens() -> None:
    figures = Figures()
    assert not figures.on
    figures.put(1 / 0 for _ in range(1))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (Dialect.PLAIN, "airflow.ti.start.d.t:1|c"),
        (Dialect.DATADOG, "airflow.ti.start.d.t:1|c|#env:x,dag_id:d,task_id:t"),
        (Dialect.INFLUX, "airflow.ti.start.d.t,env=x,dag_id=d,task_id=t:1|c"),
    ],
)
def test_statsd_gets_lines_in_its_dialect(dialect: Dialect, line: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(10)
        address = Address("127.0.0.1", listener.getsockname()[1])
        sender = StatsD(address, "airflow", dialect, (("env", "x"),))
        sender.put([START])
        assert listener.recv(4096).decode() == line
        sender.close()


def test_what_is_sent_to_a_port_where_nobody_listens_is_dropped() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    sender = StatsD(Address("127.0.0.1", port))
    for _ in range(20):
        sender.put([START, TOOK, OPEN])
    sender.close()


def test_lines_share_datagrams_that_no_network_cuts() -> None:
    lines = [f"airflow.figure_{number}:1|c" for number in range(500)]
    made = datagrams(lines)
    assert b"\n".join(made).decode().splitlines() == lines
    assert all(len(data) <= DATAGRAM for data in made) and len(made) < 20


def test_prometheus_reads_sums_newest_values_and_seconds() -> None:
    registry = Registry()
    registry.put([START, START, TOOK, OPEN, OPEN._replace(value=2)])
    assert registry.text().splitlines() == [
        "# TYPE airflow_dag_d_t_duration_seconds summary",
        "airflow_dag_d_t_duration_seconds_sum 1.2505",
        "airflow_dag_d_t_duration_seconds_count 1",
        "# TYPE airflow_pool_open_slots_my_pool gauge",
        "airflow_pool_open_slots_my_pool 2",
        "# TYPE airflow_ti_start_d_t_total counter",
        "airflow_ti_start_d_t_total 2",
    ]


def test_a_collector_gets_what_came_before_it_was_closed() -> None:
    got: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/metrics"
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        collector = Collector(
            f"http://127.0.0.1:{server.server_address[1]}/v1/metrics",
            prefix="airflow",
            service="Airflow",
            interval=3600,
            clock=SystemClock(),
            say=print,
        )
        collector.put([START, START, TOOK, OPEN])
        collector.close()
        server.shutdown()
    (resource,) = got[0]["resourceMetrics"]
    service = {"key": "service.name", "value": {"stringValue": "Airflow"}}
    assert resource["resource"]["attributes"] == [service]
    (scope,) = resource["scopeMetrics"]
    found = {metric["name"]: metric for metric in scope["metrics"]}
    assert found["airflow.ti.start.d.t"]["sum"]["dataPoints"][0]["asDouble"] == 2
    assert found["airflow.dag.d.t.duration"]["histogram"]["dataPoints"][0]["sum"] == 1250.5
    assert found["airflow.pool.open_slots.my pool"]["gauge"]["dataPoints"][0]["asDouble"] == 3


def test_an_endpoint_answers_its_pages_and_says_which_option_to_change() -> None:
    pages = {"/health": lambda: Answer(503, "text/plain", "ill")}
    endpoint = Endpoint("127.0.0.1", 0, pages, "[x] port")
    try:
        for path, status in (("health", 503), ("else", 404)):
            with pytest.raises(HTTPError) as refused:
                urlopen(f"http://127.0.0.1:{endpoint.port}/{path}", timeout=10)
            assert refused.value.code == status
            refused.value.close()
        with pytest.raises(CannotListen, match=r"\[x\] port"):
            Endpoint("127.0.0.1", endpoint.port, pages, "[x] port")
    finally:
        endpoint.close()


def test_lines_are_plain_or_json_and_less_severe_ones_are_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    try:
        say("plainly")
        speak(Manner(json=True, level="WARNING", component="scheduler"))
        say("unheard")
        say("heard: \u00fc", level="ERROR")
    finally:
        speak(Manner())
    plain, structured = capsys.readouterr().out.splitlines()
    assert plain.endswith("] plainly")
    said = json.loads(structured)
    assert said.pop("timestamp").endswith("Z")
    assert said == {"level": "error", "logger": "venturi.scheduler", "event": "heard: \u00fc"}
