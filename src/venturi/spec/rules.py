"""Trigger rules: one table, first matching row wins.

A rule looks at how many of a task's direct upstream instances are in which state. Rows are
`(name, predicate, outcome)`; the name is the reason that people are shown. A rule whose rows all
fail to match keeps waiting.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import NamedTuple

from venturi.spec.model import TriggerRule


class Counts(NamedTuple):
    """Direct upstream instances by state; removed instances are left out of every number."""

    total: int = 0
    success: int = 0
    failed: int = 0
    upstream_failed: int = 0
    skipped: int = 0
    setups: int = 0
    setups_success: int = 0
    setups_skipped: int = 0

    @property
    def done(self) -> int:
        """Instances in a terminal state."""
        return self.success + self.failed + self.upstream_failed + self.skipped

    @property
    def bad(self) -> int:
        """Instances that failed, by themselves or by their upstream."""
        return self.failed + self.upstream_failed

    @property
    def all_done(self) -> bool:
        """No upstream instance will change any more."""
        return self.done >= self.total


class Outcome(StrEnum):
    """What a trigger rule says."""

    RUN = "run"
    SKIP = "skip"
    UPSTREAM_FAILED = "upstream_failed"
    WAIT = "wait"


Row = tuple[str, Callable[[Counts], bool], Outcome]
_RUN, _SKIP, _FAIL = Outcome.RUN, Outcome.SKIP, Outcome.UPSTREAM_FAILED

_FAILED_ROW: Row = ("an upstream task failed", lambda c: c.bad > 0, _FAIL)

RULES: Mapping[TriggerRule, tuple[Row, ...]] = {
    TriggerRule.ALWAYS: (("the rule is always", lambda _c: True, _RUN),),
    TriggerRule.ALL_SUCCESS: (
        _FAILED_ROW,
        ("an upstream task was skipped", lambda c: c.skipped > 0, _SKIP),
        ("all upstream tasks succeeded", lambda c: c.success >= c.total, _RUN),
    ),
    TriggerRule.ALL_FAILED: (
        ("an upstream task did not fail", lambda c: c.success + c.skipped > 0, _SKIP),
        ("all upstream tasks failed", lambda c: c.bad >= c.total, _RUN),
    ),
    TriggerRule.ALL_DONE: (("all upstream tasks are done", lambda c: c.all_done, _RUN),),
    TriggerRule.ALL_DONE_MIN_ONE_SUCCESS: (
        (
            "all upstream tasks are done, one succeeded",
            lambda c: c.all_done and c.success > 0,
            _RUN,
        ),
        ("no upstream task succeeded", lambda c: c.all_done and c.bad > 0, _FAIL),
        ("all upstream tasks were skipped", lambda c: c.all_done, _SKIP),
    ),
    TriggerRule.ALL_DONE_SETUP_SUCCESS: (
        (
            "all upstream tasks are done, a setup succeeded",
            lambda c: c.all_done and (c.setups == 0 or c.setups_success > 0),
            _RUN,
        ),
        (
            "its setups were skipped",
            lambda c: c.all_done and c.setups_skipped == c.setups,
            _SKIP,
        ),
        ("its setups failed", lambda c: c.all_done, _FAIL),
    ),
    TriggerRule.ALL_SKIPPED: (
        ("an upstream task was not skipped", lambda c: c.success + c.bad > 0, _SKIP),
        ("all upstream tasks were skipped", lambda c: c.skipped >= c.total, _RUN),
    ),
    TriggerRule.ONE_SUCCESS: (
        ("an upstream task succeeded", lambda c: c.success > 0, _RUN),
        ("all upstream tasks were skipped", lambda c: c.skipped >= c.total, _SKIP),
        ("no upstream task succeeded", lambda c: c.all_done, _FAIL),
    ),
    TriggerRule.ONE_FAILED: (
        ("an upstream task failed", lambda c: c.bad > 0, _RUN),
        ("no upstream task failed", lambda c: c.all_done, _SKIP),
    ),
    TriggerRule.ONE_DONE: (
        ("an upstream task ran to its end", lambda c: c.success + c.failed > 0, _RUN),
        ("no upstream task ran", lambda c: c.all_done, _SKIP),
    ),
    TriggerRule.NONE_FAILED: (
        _FAILED_ROW,
        ("no upstream task failed", lambda c: c.all_done, _RUN),
    ),
    TriggerRule.NONE_SKIPPED: (
        ("an upstream task was skipped", lambda c: c.skipped > 0, _SKIP),
        ("no upstream task was skipped", lambda c: c.all_done, _RUN),
    ),
    TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS: (
        _FAILED_ROW,
        ("all upstream tasks were skipped", lambda c: c.skipped >= c.total, _SKIP),
        ("no upstream task failed, one succeeded", lambda c: c.all_done, _RUN),
    ),
}


def evaluate(rule: TriggerRule, counts: Counts) -> tuple[Outcome, str]:
    """What `rule` says of `counts`, and the name of the row that said it.

    A task without upstream runs under every rule.
    """
    if counts.total == 0:
        return Outcome.RUN, "it has no upstream task"
    for name, holds, outcome in RULES[rule]:
        if holds(counts):
            return outcome, name
    waiting = counts.total - counts.done
    return Outcome.WAIT, f"{waiting} of {counts.total} upstream tasks are not done"
