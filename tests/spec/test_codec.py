"""To bytes and back, and the hash that tells whether a DAG has changed."""

from random import Random
from typing import Any

import msgspec
import pytest

from tests import make
from tests.sim.dags import random_dag
from venturi.spec.codec import VOLATILE, decode, encode, structure_hash
from venturi.spec.model import DagSpec


@pytest.mark.parametrize("seed", range(100))
def test_a_dag_comes_back_as_it_went(seed: int) -> None:
    spec = random_dag(Random(seed), "d")
    assert decode(encode(spec)) == spec
    assert encode(decode(encode(spec))) == encode(spec)
    assert structure_hash(decode(encode(spec))) == structure_hash(spec)


def test_what_is_not_a_dag_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        decode(b"{}")


def test_the_order_of_tasks_and_of_dicts_makes_no_new_version() -> None:
    one = make.dag(make.task("a", recorded={"x": 1, "y": {"p": 1, "q": 2}}), make.task("b"))
    two = make.dag(make.task("b"), make.task("a", recorded={"y": {"q": 2, "p": 1}, "x": 1}))
    assert encode(one) != encode(two)
    assert structure_hash(one) == structure_hash(two)


@pytest.mark.parametrize("field", VOLATILE)
def test_what_may_differ_between_readings_makes_no_new_version(field: str) -> None:
    assert field in DagSpec.__struct_fields__
    values: dict[str, Any] = {
        "start_date": make.NOW,
        "end_date": make.NOW,
        "fileloc": "x.py",
        "relative_fileloc": "x.py",
        "tags": ("t",),
        "doc_md": "text",
    }
    changed = make.dag(make.task("a"), **{field: values[field]})
    assert structure_hash(changed) == structure_hash(make.dag(make.task("a")))


def test_dates_of_tasks_make_no_new_version() -> None:
    dated = make.dag(make.task("a", start_date=make.NOW, end_date=make.NOW))
    assert structure_hash(dated) == structure_hash(make.dag(make.task("a")))


def test_everything_else_makes_a_new_version() -> None:
    plain = make.dag(make.task("a"), make.task("b", "a"))
    for other in (
        make.dag(make.task("a"), make.task("b")),
        make.dag(make.task("a", retries=1), make.task("b", "a")),
        make.dag(make.task("a"), make.task("b", "a"), max_active_runs=1),
        make.dag(make.task("a"), make.task("c", "a")),
        make.dag(),
    ):
        assert structure_hash(other) != structure_hash(plain)


#: Two readings of one unchanged file: what `uuid4()`, `utcnow()`, `today()` and `time()` gave.
READ = (
    {
        "id": "run-0b9cf1c6-7e6e-4a35-9f0f-3c8a6f9b1e11",
        "hex": "0b9cf1c67e6e4a359f0f3c8a6f9b1e11",
        "at": {"value": "2026-11-28T13:44:01.123456+00:00"},
        "days": ["2026-11-28", "20261128T134401"],
        "stamp": 1795873441,
        "ms": 1795873441123.5,
    },
    {
        "id": "run-7d0f8d0e-1b1a-4c57-8a56-0a3f0e1c9d22",
        "hex": "7d0f8d0e1b1a4c578a560a3f0e1c9d22",
        "at": {"value": "2026-11-29T00:00:00+00:00"},
        "days": ["2026-11-29", "20261129T000000"],
        "stamp": 1795910400,
        "ms": 1795910400000.0,
    },
)


def hashes(*values: Any, is_open: bool) -> set[str]:
    return {
        structure_hash(make.dag(make.task("a", params=each), params=each), is_open=is_open)
        for each in values
    }


def test_moments_and_unique_ids_of_an_open_file_make_no_new_version() -> None:
    assert len(hashes(*READ, is_open=True)) == 1


def test_what_is_written_in_a_closed_file_counts_but_for_unique_ids() -> None:
    assert len(hashes(*READ, is_open=False)) == 2
    ids = [{name: each[name] for name in ("id", "hex")} for each in READ]
    assert len(hashes(*ids, is_open=False)) == 1


def test_other_values_of_an_open_file_count() -> None:
    values = [{"n": 1}, {"n": 2}, {"n": True}, {"n": None}, {"n": "x"}, {"n": 1.5}, {"m": 1}]
    assert len(hashes(*values, is_open=True)) == len(values)
