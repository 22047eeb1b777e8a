"""`deadline=` of a DAG as a description."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from venturi.core.errors import InvalidInput
from venturi.sdk.dag import DAG
from venturi.sdk.deadline import (
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
    VariableInterval,
)
from venturi.sdk.freeze import freeze_dag
from venturi.spec.model import DeadlineSpec, Reference

MINUTE = timedelta(minutes=1)
CALL = SyncCallback("some.where")


def frozen(given: Any) -> tuple[DeadlineSpec, ...]:
    return freeze_dag(DAG("a", deadline=given)).deadlines


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        (DeadlineReference.DAGRUN_LOGICAL_DATE, {"reference": Reference.LOGICAL_DATE}),
        (DeadlineReference.DAGRUN_QUEUED_AT, {"reference": Reference.QUEUED_AT}),
        (
            DeadlineReference.FIXED_DATETIME(datetime(2026, 1, 1, tzinfo=UTC)),
            {"reference": Reference.FIXED, "at": datetime(2026, 1, 1, tzinfo=UTC)},
        ),
        (
            DeadlineReference.AVERAGE_RUNTIME(max_runs=5, min_runs=2),
            {"reference": Reference.AVERAGE, "max_runs": 5, "min_runs": 2},
        ),
    ],
)
def test_every_reference_is_described(reference: Any, expected: dict[str, Any]) -> None:
    assert frozen(DeadlineAlert(reference, MINUTE, CALL)) == (
        DeadlineSpec(seconds=60.0, **expected),
    )


def test_several_alerts_are_kept_in_order_with_their_names() -> None:
    at = DeadlineReference.DAGRUN_QUEUED_AT
    alerts = [
        DeadlineAlert(at, MINUTE, CALL, name="one"),
        DeadlineAlert(at, VariableInterval("minutes"), AsyncCallback(print)),
    ]
    assert [(each.name, each.variable) for each in frozen(alerts)] == [
        ("one", None),
        (None, "minutes"),
    ]


def test_a_dag_without_deadlines_has_none() -> None:
    assert frozen(None) == ()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (MINUTE, "deadline= takes DeadlineAlert"),
        (DeadlineAlert("soon", MINUTE, CALL), "one of DeadlineReference"),  # type: ignore[arg-type]
        (DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, MINUTE, print), "AsyncCallback"),
        (DeadlineAlert(DeadlineReference.DAGRUN_QUEUED_AT, "soon", CALL), "interval"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_watched_is_refused(wrong: Any, told: str) -> None:
    with pytest.raises(InvalidInput, match=told):
        frozen(wrong)
