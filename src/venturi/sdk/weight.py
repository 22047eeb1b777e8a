"""Weight rules: how the priority of a task adds up along the graph."""

from typing import Any

from venturi.core.errors import InvalidInput
from venturi.spec.model import WeightRule


class PriorityWeightStrategy:
    """A weight rule of an author's own; `get_weight` is asked when the file is read.

    The engine runs no user code, so the weight cannot depend on the task instance: `ti` is a
    stand-in with the task, its ids and try number 1.
    """

    def get_weight(self, ti: Any) -> int:
        raise NotImplementedError(f"{type(self).__name__} has to define get_weight(ti).")


def weight_rule(value: Any) -> WeightRule:
    """The rule of that name, or CUSTOM for a strategy. Raises `InvalidInput`."""
    if isinstance(value, PriorityWeightStrategy) or (
        isinstance(value, type) and issubclass(value, PriorityWeightStrategy)
    ):
        return WeightRule.CUSTOM
    text = str(getattr(value, "value", value)).lower()
    if text in {"downstream", "upstream", "absolute"}:
        return WeightRule(text)
    raise InvalidInput(
        f"There is no weight rule {value!r}; one of: downstream, upstream, absolute, or a "
        "PriorityWeightStrategy."
    )
