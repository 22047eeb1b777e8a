"""The benchmark's own arithmetic, and that it refuses to count work that was not done."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bench import dags
from bench.engine import TaskRow, WrongResult, check, peak, seconds_of, span
from bench.figures import Figure
from bench.run import parse_arguments
from bench.workloads import WORKLOADS

FIRST = TaskRow(task_id="a", state="success", try_number=1, queued=10.0, start=10.5, end=11.0)
SECOND = TaskRow(task_id="b", state="success", try_number=1, queued=11.0, start=11.25, end=12.0)


def test_a_clean_run_in_order_is_accepted() -> None:
    check([FIRST, SECOND], 2, [("a", "b")])
    assert span([FIRST, SECOND]) == 2.0


@pytest.mark.parametrize(
    "rows",
    [
        [FIRST],
        [FIRST, replace(SECOND, state="failed")],
        [FIRST, replace(SECOND, try_number=2)],
        [FIRST, replace(SECOND, start=10.9)],
        [FIRST, replace(SECOND, end=11.2)],
    ],
    ids=["one missing", "one failed", "one tried twice", "out of order", "ended before it started"],
)
def test_a_run_that_is_not_as_asked_gives_no_figure(rows: list[TaskRow]) -> None:
    with pytest.raises(WrongResult):
        check(rows, 2, [("a", "b")])


def test_peak_counts_who_runs_at_the_same_moment() -> None:
    overlapping = replace(SECOND, start=10.75)
    assert peak([FIRST, SECOND]) == 1
    assert peak([FIRST, overlapping]) == 2


def test_moments_from_sqlite_are_utc_with_and_without_a_zone() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 500000, tzinfo=UTC).timestamp()
    assert seconds_of("2026-01-02 03:04:05.500000") == moment
    assert seconds_of("2026-01-02 03:04:05.500000+00:00") == moment
    with pytest.raises(WrongResult):
        seconds_of(None)


def test_the_ratio_to_the_floor_excuses_a_slow_machine_only() -> None:
    slow = Figure(name="x", unit="ms", values=[18, 20, 22], budget=10, floor=12, allowed=2)
    assert slow.median == 20
    assert slow.met is True
    assert Figure(name="x", unit="ms", values=[30], budget=10, floor=12, allowed=2).met is False
    assert Figure(name="x", unit="ms", values=[9], budget=10).met is True
    assert Figure(name="x", unit="ms", values=[9]).met is None


def test_a_rate_is_better_when_higher() -> None:
    rate = Figure(
        name="x", unit="/s", values=[150], lower=False, budget=200, floor=300, allowed=0.6
    )
    assert rate.met is False
    assert "MISSED" in rate.as_line()
    assert rate.as_json()["ratio"] == 0.5


def test_only_known_workloads_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    chosen, asked = parse_arguments(["--only", "chain40, bash200", "--repeat", "7"])
    assert (chosen, asked.times(3)) == (["chain40", "bash200"], 7)
    assert parse_arguments([])[0] == list(WORKLOADS)
    with pytest.raises(SystemExit):
        parse_arguments(["--only", "chain41"])
    assert "no workload chain41" in capsys.readouterr().err


def test_generated_files_are_python_and_appear_in_one_step(tmp_path: Path) -> None:
    texts = [
        dags.chain("c", 2, 3),
        dags.fan("f", 2, 1),
        dags.bash("b", 2, 1),
        dags.row("r", 2),
    ]
    for number, text in enumerate(texts):
        placed = dags.place(tmp_path / "dags", f"d{number}", text)
        compile(placed.read_text(), str(placed), "exec")
    assert sorted(path.name for path in (tmp_path / "dags").iterdir()) == [
        "d0.py",
        "d1.py",
        "d2.py",
        "d3.py",
    ]
