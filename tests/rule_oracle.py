"""Trigger rules read literally from the documentation, over a list of upstream states."""

from collections.abc import Sequence

from venturi.core.states import TaskState
from venturi.spec.model import TriggerRule
from venturi.spec.rules import Outcome

T, R = TaskState, TriggerRule
RUN, SKIP, FAIL, WAIT = Outcome.RUN, Outcome.SKIP, Outcome.UPSTREAM_FAILED, Outcome.WAIT
_ENDED = {T.SUCCESS, T.FAILED, T.UPSTREAM_FAILED, T.SKIPPED}
_BAD = {T.FAILED, T.UPSTREAM_FAILED}


def oracle(rule: TriggerRule, upstream: Sequence[tuple[TaskState, bool]]) -> Outcome:
    """What a rule says of upstream instances, each (state, is a setup)."""
    there = [(state, setup) for state, setup in upstream if state is not T.REMOVED]
    states: set[TaskState] = {state for state, _ in there}
    if not states or rule is R.ALWAYS:
        return RUN
    early = _early(rule, states)
    if early is not None:
        return early
    if not states <= _ENDED:
        return WAIT
    return _all_ended(rule, states, {state for state, setup in there if setup})


def _early(rule: TriggerRule, states: set[TaskState]) -> Outcome | None:
    """What can be said whatever the others will do."""
    bad, ok, skipped = bool(states & _BAD), T.SUCCESS in states, T.SKIPPED in states
    match rule:
        case R.ALL_SUCCESS:
            return FAIL if bad else SKIP if skipped else None
        case R.ALL_FAILED:
            return SKIP if ok or skipped else None
        case R.ALL_SKIPPED:
            return SKIP if ok or bad else None
        case R.NONE_FAILED | R.NONE_FAILED_MIN_ONE_SUCCESS:
            return FAIL if bad else None
        case R.NONE_SKIPPED:
            return SKIP if skipped else None
        case R.ONE_SUCCESS:
            return RUN if ok else None
        case R.ONE_FAILED:
            return RUN if bad else None
        case R.ONE_DONE:
            return RUN if ok or T.FAILED in states else None
        case _:
            return None


def _all_ended(rule: TriggerRule, states: set[TaskState], setups: set[TaskState]) -> Outcome:
    """What is said once nothing will change any more."""
    all_skipped = states == {T.SKIPPED}
    match rule:
        case R.ONE_SUCCESS:
            return SKIP if all_skipped else FAIL
        case R.ONE_FAILED | R.ONE_DONE:
            return SKIP
        case R.NONE_FAILED_MIN_ONE_SUCCESS:
            return SKIP if all_skipped else RUN
        case R.ALL_DONE_MIN_ONE_SUCCESS:
            return RUN if T.SUCCESS in states else FAIL if states & _BAD else SKIP
        case R.ALL_DONE_SETUP_SUCCESS:
            if not setups or T.SUCCESS in setups:
                return RUN
            return SKIP if setups == {T.SKIPPED} else FAIL
        case _:
            return RUN
