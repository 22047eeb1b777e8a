"""Cron expressions on a clock without a zone: croniter's grammar, its days, and its errors."""

import itertools
from datetime import datetime, timedelta

import pytest
from croniter import croniter
from cronsim import CronSim
from hypothesis import given, settings
from hypothesis import strategies as st

from venturi.spec.cron import PRESETS, Cron, ScheduleError, first_from, last_until, parse

TICK = timedelta(microseconds=1)


def numbers(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranges = st.tuples(number, number).filter(lambda pair: pair[0] < pair[1])
    return st.one_of(
        st.just("*"),
        number.map(str),
        ranges.map(lambda pair: f"{pair[0]}-{pair[1]}"),
        st.lists(number, min_size=2, max_size=4, unique=True).map(
            lambda some: ",".join(map(str, some))
        ),
    )


def stepped(low: int, high: int) -> st.SearchStrategy[str]:
    return st.one_of(numbers(low, high), st.integers(2, 20).map(lambda every: f"*/{every}"))


DAYS = st.one_of(numbers(1, 28), st.sampled_from(["L", "15W", "29", "*/2", "?"]))
WEEKDAYS = st.one_of(numbers(0, 6), st.sampled_from(["mon-fri", "sun", "7", "1#2", "L5", "?"]))
EXPRESSIONS = st.tuples(
    stepped(0, 59), stepped(0, 23), DAYS, st.one_of(numbers(1, 12), st.just("jan-mar")), WEEKDAYS
).filter(
    # croniter joins `W`, `#` and `L5` with the other day field by "and": often there is no such day
    lambda fields: (
        fields[2] in "*?" or fields[4] in "*?" or not set("W#L") & set(fields[2] + fields[4])
    )
)
NAIVE = st.datetimes(datetime(1999, 1, 1), datetime(2040, 1, 1))


def after(cron: Cron, time: datetime) -> datetime | None:
    return first_from(cron, time + TICK)


@settings(max_examples=120, deadline=None)
@given(fields=EXPRESSIONS, start=NAIVE)
def test_looking_forward_finds_what_croniter_finds(
    fields: tuple[str, ...], start: datetime
) -> None:
    expr = " ".join(fields)
    theirs = croniter(expr, start)
    due = start
    for _ in range(5):
        expected = theirs.get_next(datetime)
        found = after(parse(expr), due)
        assert found == expected
        due = found


@settings(max_examples=120, deadline=None)
@given(fields=EXPRESSIONS, start=NAIVE)
def test_looking_back_finds_what_croniter_finds(fields: tuple[str, ...], start: datetime) -> None:
    expr = " ".join(fields)
    theirs = croniter(expr, start)
    due = start
    for _ in range(5):
        expected = theirs.get_prev(datetime)
        found = last_until(parse(expr), due - TICK)
        assert found == expected
        due = found


@settings(max_examples=120, deadline=None)
@given(
    fields=st.tuples(stepped(0, 59), stepped(0, 23), numbers(1, 28), numbers(1, 12), numbers(0, 6)),
    start=NAIVE,
)
def test_an_independent_cron_agrees(fields: tuple[str, ...], start: datetime) -> None:
    expr = " ".join(fields)
    found = start
    for expected in itertools.islice(CronSim(expr, start), 5):
        due = after(parse(expr), found)
        assert due == expected
        found = due


@settings(max_examples=60, deadline=None)
@given(
    fields=st.tuples(numbers(0, 59), numbers(0, 23), st.just("*"), st.just("*"), numbers(0, 6)),
    seconds=stepped(0, 59),
    start=NAIVE,
)
def test_a_sixth_field_is_seconds(fields: tuple[str, ...], seconds: str, start: datetime) -> None:
    expr = " ".join((*fields, seconds))
    theirs = croniter(expr, start.replace(microsecond=0))
    due = start.replace(microsecond=0)
    for _ in range(4):
        found = after(parse(expr), due)
        assert found == theirs.get_next(datetime)
        due = found


@settings(max_examples=80, deadline=None)
@given(fields=EXPRESSIONS, start=NAIVE)
def test_back_from_the_next_time_comes_to_before_the_start(
    fields: tuple[str, ...], start: datetime
) -> None:
    cron = parse(" ".join(fields))
    due = first_from(cron, start)
    assert due is not None
    earlier = last_until(cron, due - TICK)
    assert earlier is not None
    assert earlier < start <= due
    assert first_from(cron, due) == due == last_until(cron, due)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("0 0 L * *", "2026-01-31 00:00"),
        ("0 0 15W * *", "2026-01-15 00:00"),
        ("0 9 * * 1#2", "2026-01-12 09:00"),
        ("0 9 * * mon", "2026-01-05 09:00"),
        ("0 9 * * L5", "2026-01-30 09:00"),
        ("0 0 29 2 *", "2028-02-29 00:00"),
        ("0 0 13 * fri", "2026-01-02 00:00"),  # either is enough
        ("30 4 1 jan,jul ?", "2026-07-01 04:30"),
        ("0 0 * * * 15", "2026-01-02 00:00:15"),
        ("0 0 1 1 * 0 2090", "2090-01-01 00:00"),
        ("22-1 * * * *", "2026-01-01 12:01"),
        ("@HOURLY", "2026-01-01 13:00"),
        ("  0   6 * *  * ", "2026-01-02 06:00"),
    ],
)
def test_the_next_time_after_noon_of_new_year(expr: str, expected: str) -> None:
    start = datetime(2026, 1, 1, 12, 0, 0, 1)
    assert first_from(parse(expr), start) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("@hourly", "2026-05-14 11:00"),
        ("@daily", "2026-05-15 00:00"),
        ("@midnight", "2026-05-15 00:00"),
        ("@weekly", "2026-05-17 00:00"),  # a Sunday
        ("@monthly", "2026-06-01 00:00"),
        ("@quarterly", "2026-07-01 00:00"),
        ("@yearly", "2027-01-01 00:00"),
        ("@annually", "2027-01-01 00:00"),
    ],
)
def test_each_preset_means_what_it_says(preset: str, expected: str) -> None:
    start = datetime(2026, 5, 14, 10, 30)
    assert first_from(parse(preset), start) == datetime.fromisoformat(expected)
    assert preset in PRESETS


def test_an_expression_with_years_ends() -> None:
    cron = parse("0 0 1 1 * 0 2024-2026")
    assert first_from(cron, datetime(2026, 1, 1)) == datetime(2026, 1, 1)
    assert first_from(cron, datetime(2026, 1, 1, 0, 0, 1)) is None
    assert last_until(cron, datetime(2023, 12, 31)) is None
    assert last_until(cron, datetime(2030, 12, 31)) == datetime(2026, 1, 1)


@pytest.mark.parametrize(
    ("expr", "field"),
    [
        ("61 * * * *", "minute field '61'"),
        ("*/0 * * * *", "minute field '*/0'"),
        ("0 25 * * *", "hour field '25'"),
        ("0 0 32 * *", "day of month field '32'"),
        ("0 0 L-3 * *", "day of month field 'L-3'"),
        ("0 0 * 13 *", "month field '13'"),
        ("0 0 * foo *", "month field 'foo'"),
        ("0 0 * * 8", "day of week field '8'"),
        ("0 0 * * 1#6", "day of week field '1#6'"),
        ("0 0 * * 0,3#2", "day of week field '0,3#2'"),
        ("0 0 * * * 70", "second field '70'"),
        ("0 0 * * * 0 1800", "year field '1800'"),
        ("a b c d e", "minute field 'a'"),
    ],
)
def test_a_bad_field_is_named_with_its_expression(expr: str, field: str) -> None:
    with pytest.raises(ScheduleError) as caught:
        parse(expr)
    assert repr(expr) in str(caught.value)
    assert field in str(caught.value)
    assert "it takes" in str(caught.value)


@pytest.mark.parametrize(
    ("expr", "words"),
    [
        ("", "has 0 fields"),
        ("* * *", "has 3 fields"),
        ("1 2 3 4 5 6 7 8", "has 8 fields"),
        ("@reboot", "not a known name"),
        ("@once", "not a known name"),
        ("R R * * *", "random time"),
        ("R(0-10) * * * *", "random time"),
        ("0 H * * *", "random time"),
        ("0 0 30 2 *", "matches no date"),
        ("0 0 31 2,4,6,9,11 *", "matches no date"),
    ],
)
def test_an_expression_that_cannot_work_says_why(expr: str, words: str) -> None:
    with pytest.raises(ScheduleError, match=words) as caught:
        parse(expr)
    assert repr(expr) in str(caught.value)
