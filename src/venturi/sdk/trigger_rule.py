"""Trigger rules by every name they ever had."""

from venturi.core.errors import InvalidInput
from venturi.spec.model import TriggerRule

#: Names of earlier lines and the present one of the same rule.
OLD_NAMES = {
    "dummy": TriggerRule.ALWAYS,
    "none_failed_or_skipped": TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
}

#: What `fail_fast` allows: a task whose rule waits for a failure would never run.
FAIL_FAST_RULES = frozenset({TriggerRule.ALL_SUCCESS, TriggerRule.ALL_DONE_SETUP_SUCCESS})


def trigger_rule(value: str) -> TriggerRule:
    """The rule of that name, old or new. Raises `InvalidInput`."""
    text = str(getattr(value, "value", value)).lower()
    if text in OLD_NAMES:
        return OLD_NAMES[text]
    try:
        return TriggerRule(text)
    except ValueError:
        known = ", ".join(rule.value for rule in TriggerRule)
        raise InvalidInput(f"There is no trigger rule {value!r}; one of: {known}.") from None
