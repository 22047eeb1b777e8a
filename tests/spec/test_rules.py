"""Trigger rules against an oracle that looks at the list of upstream states itself."""

from itertools import combinations_with_replacement
from typing import cast

import pytest

from tests import make
from venturi.core.states import TaskState
from venturi.decide.verdict import count_upstream
from venturi.spec.model import TriggerRule
from venturi.spec.rules import Counts, Outcome, evaluate

T, R = TaskState, TriggerRule
#: every way in which an upstream instance can stand to a rule; RUNNING is "not done"
STANDS = (T.SUCCESS, T.FAILED, T.UPSTREAM_FAILED, T.SKIPPED, T.REMOVED, T.RUNNING)
RUN, SKIP, FAIL, WAIT = Outcome.RUN, Outcome.SKIP, Outcome.UPSTREAM_FAILED, Outcome.WAIT


def oracle(rule: TriggerRule, upstream: list[tuple[TaskState, bool]]) -> Outcome:
    """What the documentation says, read literally; each upstream is (state, is a setup)."""
    counting = [(state, setup) for state, setup in upstream if state is not T.REMOVED]
    states = [state for state, _ in counting]
    if not states or rule is R.ALWAYS:
        return RUN
    open_ = T.RUNNING in states
    ok, bad = T.SUCCESS in states, bool({T.FAILED, T.UPSTREAM_FAILED} & set(states))
    skipped = T.SKIPPED in states
    all_skipped = set(states) == {T.SKIPPED}
    ran = bool({T.SUCCESS, T.FAILED} & set(states))
    setups = {state for state, setup in counting if setup}
    impossible = WAIT
    match rule:
        case R.ALL_SUCCESS:
            impossible = FAIL if bad else SKIP if skipped else WAIT
        case R.ALL_FAILED:
            impossible = SKIP if ok or skipped else WAIT
        case R.ALL_SKIPPED:
            impossible = SKIP if ok or bad else WAIT
        case R.NONE_FAILED | R.NONE_FAILED_MIN_ONE_SUCCESS:
            impossible = FAIL if bad else WAIT
            if rule is R.NONE_FAILED_MIN_ONE_SUCCESS and all_skipped:
                impossible = SKIP
        case R.NONE_SKIPPED:
            impossible = SKIP if skipped else WAIT
        case R.ONE_SUCCESS if ok:
            return RUN
        case R.ONE_FAILED if bad:
            return RUN
        case R.ONE_DONE if ran:
            return RUN
        case _:
            pass
    if impossible is not WAIT or open_:
        return impossible
    # Everything is done, and nothing has excluded the rule so far.
    match rule:
        case R.ONE_SUCCESS:
            return SKIP if all_skipped else FAIL
        case R.ONE_FAILED | R.ONE_DONE:
            return SKIP
        case R.ALL_DONE_MIN_ONE_SUCCESS:
            return RUN if ok else FAIL if bad else SKIP
        case R.ALL_DONE_SETUP_SUCCESS:
            if not setups or T.SUCCESS in setups:
                return RUN
            return SKIP if setups == {T.SKIPPED} else FAIL
        case _:
            return RUN


@pytest.mark.parametrize("rule", TriggerRule)
def test_every_combination_of_up_to_four_upstream_states_is_judged_as_documented(
    rule: TriggerRule,
) -> None:
    ways = [(state, setup) for state in STANDS for setup in (False, True)]
    sizes = (0, 1, 2, 3) if rule is R.ALL_DONE_SETUP_SUCCESS else (0, 1, 2, 3, 4)
    if rule is not R.ALL_DONE_SETUP_SUCCESS:
        ways = [(state, False) for state in STANDS]
    for size in sizes:
        for upstream in combinations_with_replacement(ways, size):
            names = [f"u{i}" for i in range(size)]
            parents = [make.task(n, is_setup=s) for n, (_, s) in zip(names, upstream, strict=True)]
            graph = make.graph(*parents, make.task("x", *names))
            states = dict(zip(names, (state for state, _ in upstream), strict=True))
            run = make.run(graph, states=states)
            counts = count_upstream(make.draft(run), run, graph.index["x"])
            said, reason = evaluate(rule, counts)
            assert said is oracle(rule, list(upstream)), (rule, upstream, reason)
            assert reason


def test_a_rule_that_waits_says_for_how_many() -> None:
    said, reason = evaluate(R.ALL_DONE, Counts(total=3, success=1))
    assert (said, reason) == (WAIT, "2 of 3 upstream tasks are not done")


def test_the_table_has_every_rule() -> None:
    for rule in TriggerRule:
        assert cast(Outcome, evaluate(rule, Counts(total=1, success=1))[0]) in Outcome
