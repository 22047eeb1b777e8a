"""The checker finds each kind of wrong: a checker that cannot fail proves nothing."""

from typing import Any

import pytest

from tests import make
from tests.torture.checker import CHECKS, Case, check
from tests.torture.ledger import Line
from tests.torture.record import AttemptRow, InstanceRow, Record, RunRow
from venturi.decide.views import PoolView
from venturi.spec.model import DagSpec

RUN = "r"


def spec(**more: Any) -> DagSpec:
    """`b` waits for `a`; both in a pool of one slot."""
    tasks = (
        make.task("a", pool="p"),
        make.task("b", "a", pool="p"),
    )
    return make.dag(*tasks, dag_id="d", **more)


def line(
    word: str, task: str, at: float, *, attempt: int = 1, pid: int = 1, run: str = RUN
) -> Line:
    """A note; instances of run r are 1 (a) and 2 (b), of other runs 3 and 4."""
    ti = ("a", "b").index(task) + (1 if run == RUN else 3)
    return Line(word, ti, "d", run, task, -1, attempt, pid, at)


GOOD = (
    line("start", "a", 1.0),
    line("end", "a", 2.0),
    line("start", "b", 3.0),
    line("end", "b", 4.0),
)


def record(dag: DagSpec | None = None, **changes: Any) -> Record:
    """A run in which all went well."""
    dag = dag or spec()
    instances = {
        ti: InstanceRow(ti, "d", RUN, task, -1, "success", 1, "p", 1)
        for ti, task in ((1, "a"), (2, "b"))
    }
    attempts = {ti: [AttemptRow(ti, 1, "success", "", 1)] for ti in instances}
    good = Record([RunRow("d", RUN, "success", dag)], instances, attempts, {"p": PoolView(1)}, 8)
    return good._replace(**changes)


def test_what_went_well_is_not_complained_of() -> None:
    assert check(Case(GOOD, record())) == []


def _instances(**changes: Any) -> dict[int, InstanceRow]:
    good = record().instances
    return {1: good[1], 2: good[2]._replace(**changes)}


TWICE = (*GOOD, line("start", "b", 5.0, pid=2), line("end", "b", 6.0, pid=2))
WRONG: list[tuple[str, str, Case]] = [
    ("I1", "unfinished", Case(GOOD, record(instances=_instances(state="queued")))),
    ("I1", "failed", Case(GOOD, record(instances=_instances(state="failed")))),
    ("I1", "lost", Case(GOOD[:2], record(instances={1: record().instances[1]}))),
    ("I1", "invented", Case((*GOOD, line("start", "a", 9.0, run="s")), record())),
    ("I1", "a run twice", Case(GOOD, record(runs=record().runs * 2))),
    ("I2", "a held lock", Case((*GOOD, line("overlap", "b", 3.1)), record())),
    (
        "I2",
        "overlapping times",
        Case(
            (
                *GOOD[:3],
                line("start", "b", 3.5, pid=2),
                line("end", "b", 4.0),
                line("end", "b", 4.5, pid=2),
            ),
            record(),
        ),
    ),
    (
        "I3",
        "before its parent",
        Case((GOOD[0], GOOD[2], line("end", "a", 3.5), GOOD[3]), record()),
    ),
    ("I4", "success without an end", Case(GOOD[:3], record())),
    ("I4", "an end without success", Case(GOOD, record(instances=_instances(state="failed")))),
    (
        "I4",
        "a success taken back",
        Case(
            GOOD,
            record(
                attempts={
                    2: [AttemptRow(2, 1, "success", "", 1), AttemptRow(2, 2, "failed", "", 1)]
                }
            ),
        ),
    ),
    ("I5", "twice in one try", Case(TWICE, record())),
    (
        "I5",
        "an uncaused try",
        Case(
            (
                *GOOD[:2],
                line("start", "b", 2.5),
                *(each._replace(try_number=2) for each in GOOD[2:]),
            ),
            record(instances=_instances(try_number=2)),
        ),
    ),
    (
        "I6",
        "a pool overfull",
        Case((GOOD[0], line("start", "b", 1.5), line("end", "b", 1.8), GOOD[1]), record()),
    ),
    ("I6", "the installation overfull", Case(GOOD, record(parallelism=0))),
    ("I6", "a DAG overfull", Case(GOOD, record(spec(max_active_tasks=0)))),
    ("I6", "a DAG's runs overfull", Case(GOOD, record(spec(max_active_runs=0)))),
    ("I7", "a run that goes on", Case(GOOD, record(runs=[RunRow("d", RUN, "running", spec())]))),
    ("I8", "an exit", Case(GOOD, record(), exits=["the scheduler exited with 1"])),
    ("I8", "a silence", Case(GOOD, record(), silence=5.1)),
]


@pytest.mark.parametrize(("law", "what", "case"), WRONG, ids=[f"{w[0]} {w[1]}" for w in WRONG])
def test_each_wrong_is_found_under_its_law(law: str, what: str, case: Case) -> None:
    found = check(case)
    assert law in {each.law for each in found}, found
    assert all(each.what for each in found)


def test_every_law_has_a_wrong_that_it_finds() -> None:
    assert {law for law, _, _ in WRONG} == set(CHECKS)


def test_attempts_that_faults_explain_are_accepted() -> None:
    lines = (
        *GOOD[:2],
        line("start", "b", 2.5),
        *(each._replace(try_number=2) for each in GOOD[2:]),
    )
    case = Case(lines, record(instances=_instances(try_number=2)), hits={"b": 1})
    assert check(case) == []


def test_a_killed_execution_is_held_against_no_limit() -> None:
    lines = (line("start", "b", 0.5, attempt=0), *GOOD)
    case = Case(lines, record(), hits={"b": 1})
    assert [each.law for each in check(case) if each.law == "I6"] == []
