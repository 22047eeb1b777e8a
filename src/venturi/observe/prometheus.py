"""Figures as Prometheus reads them: one text with all of them, in the exposition format 0.0.4."""

import re
import threading
from collections.abc import Sequence

from venturi.observe.figures import Figure, Kind

TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ODD = re.compile(r"[^a-zA-Z0-9_:]")
_KINDS = {Kind.COUNT: "counter", Kind.GAUGE: "gauge", Kind.TIME: "summary"}
#: Series that are kept: names of DAGs and tasks make many, and memory is not theirs.
SERIES_MAX = 20_000


class Registry:
    """The newest state of every figure, to be read at any time by any thread."""

    def __init__(self, prefix: str = "airflow") -> None:
        self.prefix = prefix
        self.lock = threading.Lock()
        #: (name, kind) -> how often, and the sum or the newest value
        self.series: dict[tuple[str, Kind], tuple[int, float]] = {}
        self.dropped = 0

    def put(self, figures: Sequence[Figure]) -> None:
        """Add figures up."""
        with self.lock:
            for figure in figures:
                key = (figure.name, figure.kind)
                known = self.series.get(key)
                if known is None and len(self.series) >= SERIES_MAX:
                    self.dropped += 1
                    continue
                count, total = known or (0, 0.0)
                gauge = figure.kind is Kind.GAUGE
                self.series[key] = (count + 1, figure.value if gauge else total + figure.value)

    def text(self) -> str:
        """All figures. Durations are in seconds, as is the custom there."""
        with self.lock:
            series, dropped = sorted(self.series.items()), self.dropped
        lines: list[str] = []
        told: set[str] = set()
        for (name, kind), (count, value) in series:
            clean = self._name(name) + ("_total" if kind is Kind.COUNT else "")
            clean += "_seconds" if kind is Kind.TIME else ""
            if clean in told:  # two names that differ in what Prometheus does not allow
                continue
            told.add(clean)
            lines.append(f"# TYPE {clean} {_KINDS[kind]}")
            if kind is Kind.TIME:
                lines += [f"{clean}_sum {value / 1000:.15g}", f"{clean}_count {count}"]
            else:
                lines.append(f"{clean} {value:.15g}")
        if dropped:
            name = self._name("figures_dropped_total")
            lines += [f"# TYPE {name} counter", f"{name} {dropped}"]
        return "\n".join(lines) + "\n"

    def _name(self, name: str) -> str:
        full = f"{self.prefix}.{name}" if self.prefix else name
        clean = _ODD.sub("_", full)
        return f"_{clean}" if clean[0].isdigit() else clean

    def close(self) -> None:
        """Nothing is held."""
