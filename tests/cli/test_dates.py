"""Dates as people write them."""

from datetime import UTC, datetime

import pytest

from venturi.cli.dates import parse_date
from venturi.core.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2016-05-14", "2016-05-14T00:00:00+00:00"),
        ("2016-05-14T08:30:00", "2016-05-14T08:30:00+00:00"),
        ("2016-05-14T08:30:00+02:00", "2016-05-14T06:30:00+00:00"),
        ("2016-05-14T08:30:00Z", "2016-05-14T08:30:00+00:00"),
        ("2016-05-14 08:30", "2016-05-14T08:30:00+00:00"),
        ("14 May 2016 8am", "2016-05-14T08:00:00+00:00"),
        ("20160514T083000", "2016-05-14T08:30:00+00:00"),
    ],
)
def test_dates_of_every_form_are_read(text: str, iso: str) -> None:
    assert parse_date(text).astimezone(UTC) == datetime.fromisoformat(iso)


def test_a_date_without_zone_is_one_of_the_configured_zone() -> None:
    assert parse_date("2016-05-14", "Europe/Berlin").astimezone(UTC).hour == 22


def test_the_zone_of_the_machine_can_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert parse_date("2016-05-14", "system").astimezone(UTC).hour == 16


@pytest.mark.parametrize("text", ["", "soon", "2016-13-01", "12:30", "May"])
def test_what_is_no_date_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(InvalidInput, match="write it like 2016-05-14"):
        parse_date(text)
