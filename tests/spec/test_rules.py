"""Trigger rules against an oracle that looks at the list of upstream states itself."""

from itertools import combinations_with_replacement

import pytest

from tests import make
from tests.rule_oracle import oracle
from venturi.core.states import TaskState
from venturi.decide.verdict import count_upstream
from venturi.spec.model import TriggerRule
from venturi.spec.rules import Counts, Outcome, evaluate

T = TaskState
#: every way in which an upstream instance can stand to a rule; RUNNING is "not done"
STANDS = (T.SUCCESS, T.FAILED, T.UPSTREAM_FAILED, T.SKIPPED, T.REMOVED, T.RUNNING)


@pytest.mark.parametrize("rule", TriggerRule)
def test_every_combination_of_up_to_four_upstream_states_is_judged_as_documented(
    rule: TriggerRule,
) -> None:
    ways = [(state, setup) for state in STANDS for setup in (False, True)]
    sizes = (0, 1, 2, 3) if rule is TriggerRule.ALL_DONE_SETUP_SUCCESS else (0, 1, 2, 3, 4)
    if rule is not TriggerRule.ALL_DONE_SETUP_SUCCESS:
        ways = [(state, False) for state in STANDS]
    for size in sizes:
        for upstream in combinations_with_replacement(ways, size):
            names = [f"u{i}" for i in range(size)]
            parents = [make.task(n, is_setup=s) for n, (_, s) in zip(names, upstream, strict=True)]
            graph = make.graph(*parents, make.task("x", *names))
            states = dict(zip(names, (state for state, _ in upstream), strict=True))
            run = make.run(graph, states=states)
            counts = count_upstream(make.draft(run), run, make.one(run, "x"))
            said, reason = evaluate(rule, counts)
            assert said is oracle(rule, list(upstream)), (rule, upstream, reason)
            assert reason


def test_a_rule_that_waits_says_for_how_many() -> None:
    said, reason = evaluate(TriggerRule.ALL_DONE, Counts(total=3, success=1))
    assert (said, reason) == (Outcome.WAIT, "2 of 3 upstream tasks are not done")


def test_the_table_has_every_rule() -> None:
    for rule in TriggerRule:
        assert evaluate(rule, Counts(total=1, success=1))[0] in Outcome
