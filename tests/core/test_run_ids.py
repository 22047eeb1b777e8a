"""What a run id tells."""

import pytest

from venturi.core.run_ids import run_type_of
from venturi.core.states import RunType


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("scheduled__2026-01-01T00:00:00+00:00", RunType.SCHEDULED),
        ("backfill__2026-01-01T00:00:00+00:00", RunType.BACKFILL),
        ("backfill_2016-01-01T00:00:00", RunType.BACKFILL),
        ("asset_triggered__2026-01-01T00:00:00+00:00", RunType.ASSET_TRIGGERED),
        ("scheduled by hand", RunType.MANUAL),
        ("tuesday", RunType.MANUAL),
    ],
)
def test_the_prefix_of_a_run_id_tells_what_made_the_run(text: str, expected: RunType) -> None:
    assert run_type_of(text) is expected
