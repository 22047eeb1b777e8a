"""Figures for an OpenTelemetry collector: OTLP in JSON over HTTP, from a thread of its own."""

import json
import threading
import urllib.request
from collections.abc import Callable, Sequence
from typing import Any

from venturi.core.clock import Clock
from venturi.observe.figures import Figure, Kind

_CUMULATIVE = 2
Series = dict[tuple[str, Kind, tuple[tuple[str, str], ...]], tuple[int, float]]


class Collector:
    """Adds figures up and delivers them every `interval` seconds, and once more at the end."""

    def __init__(
        self,
        url: str,
        *,
        prefix: str,
        service: str,
        interval: float,
        clock: Clock,
        say: Callable[[str], None],
    ) -> None:
        self.url, self.prefix, self.service = url, prefix, service
        self.interval, self.clock, self.say = interval, clock, say
        self.since = self._nanoseconds()
        self.lock = threading.Lock()
        self.series: Series = {}
        self.ended = threading.Event()
        self.trouble = False
        self.thread = threading.Thread(target=self._deliver, name="otlp", daemon=True)
        self.thread.start()

    def put(self, figures: Sequence[Figure]) -> None:
        """Add figures up."""
        with self.lock:
            for figure in figures:
                key = (figure.name, figure.kind, figure.tags)
                count, total = self.series.get(key, (0, 0.0))
                gauge = figure.kind is Kind.GAUGE
                self.series[key] = (count + 1, figure.value if gauge else total + figure.value)

    def close(self) -> None:
        """Deliver what there is, and end."""
        self.ended.set()
        self.thread.join(10)

    def _nanoseconds(self) -> int:
        return int(self.clock.now().timestamp() * 1e9)

    def _deliver(self) -> None:
        last = False
        while not last:
            last = self.ended.wait(self.interval)
            with self.lock:
                series = dict(self.series)
            if series:
                self._post(json.dumps(self.body(series)).encode())

    def _post(self, body: bytes) -> None:
        request = urllib.request.Request(  # noqa: S310 - the URL is the configuration's
            self.url, body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310
                self.trouble = False
        except OSError as error:
            if not self.trouble:
                self.say(f"The OpenTelemetry collector at {self.url} does not answer: {error}")
            self.trouble = True

    def body(self, series: Series) -> dict[str, Any]:
        """One export request."""
        metrics = [
            self._metric(name, kind, tags, value) for (name, kind, tags), value in series.items()
        ]
        return {
            "resourceMetrics": [
                {
                    "resource": {"attributes": [_attribute("service.name", self.service)]},
                    "scopeMetrics": [{"scope": {"name": "venturi"}, "metrics": metrics}],
                }
            ]
        }

    def _metric(
        self,
        name: str,
        kind: Kind,
        tags: tuple[tuple[str, str], ...],
        value: tuple[int, float],
    ) -> dict[str, Any]:
        count, number = value
        point: dict[str, Any] = {
            "attributes": [_attribute(key, text) for key, text in tags],
            "startTimeUnixNano": str(self.since),
            "timeUnixNano": str(self._nanoseconds()),
        }
        metric: dict[str, Any] = {"name": f"{self.prefix}.{name}" if self.prefix else name}
        if kind is Kind.TIME:
            point |= {"count": str(count), "sum": number, "bucketCounts": [str(count)]}
            point |= {"explicitBounds": []}
            histogram = {"aggregationTemporality": _CUMULATIVE, "dataPoints": [point]}
            return metric | {"unit": "ms", "histogram": histogram}
        point["asDouble"] = number
        if kind is Kind.GAUGE:
            return metric | {"gauge": {"dataPoints": [point]}}
        total = {
            "aggregationTemporality": _CUMULATIVE,
            "isMonotonic": True,
            "dataPoints": [point],
        }
        return metric | {"sum": total}


def _attribute(key: str, text: str) -> dict[str, Any]:
    return {"key": key, "value": {"stringValue": text}}
