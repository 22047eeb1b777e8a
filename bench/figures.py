"""Measured values beside what the machine allows and what was aimed at."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One thing measured several times.

    `budget` is the value to stay under (`lower` is better) or to reach. `floor` is what bare or
    working forks took in the same minutes, in the same unit; `allowed` is the ratio to it that is
    still good when a slow machine puts the absolute budget out of reach.
    """

    name: str
    unit: str
    values: Sequence[float]
    lower: bool = True
    budget: float | None = None
    floor: float | None = None
    floor_name: str = ""
    allowed: float | None = None
    notes: Sequence[str] = field(default=())

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def ratio(self) -> float | None:
        """How many times the floor it is (a share of the floor where higher is better)."""
        return self.median / self.floor if self.floor else None

    @property
    def met(self) -> bool | None:
        """Whether the budget, or else the ratio to the floor, is kept; None without either."""
        within = [
            value <= limit if self.lower else value >= limit
            for value, limit in ((self.median, self.budget), (self.ratio, self.allowed))
            if value is not None and limit is not None
        ]
        return any(within) if within else None

    def as_json(self) -> dict[str, object]:
        """Everything, for the report's file."""
        return {
            "name": self.name,
            "unit": self.unit,
            "better": "lower" if self.lower else "higher",
            "median": self.median,
            "low": min(self.values),
            "high": max(self.values),
            "values": list(self.values),
            "budget": self.budget,
            "floor": self.floor,
            "floor_name": self.floor_name,
            "ratio": self.ratio,
            "allowed_ratio": self.allowed,
            "met": self.met,
            "notes": list(self.notes),
        }

    def as_line(self) -> str:
        """One line of the printed report."""
        spread = f"({number(min(self.values))}-{number(max(self.values))}, n={len(self.values)})"
        if len(self.values) == 1:
            spread = ""
        parts = [f"  {self.name:<34}{number(self.median):>9} {self.unit:<8}{spread:<26}"]
        if self.ratio is not None and self.floor is not None:
            parts.append(f"{self.ratio:.2f}x {self.floor_name} {number(self.floor)}")
        if self.budget is not None:
            sign = "<=" if self.lower else ">="
            verdict = {True: "kept", False: "MISSED", None: ""}[self.met]
            parts.append(f"budget {sign} {number(self.budget)}: {verdict}")
        return "  ".join([parts[0], "; ".join([*parts[1:], *self.notes])]).rstrip()


def number(value: float) -> str:
    """Three figures that matter, never in powers of ten."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"
