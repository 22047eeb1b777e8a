"""XComs."""

import json
from datetime import datetime
from typing import Annotated, Any

import msgspec

from venturi.api.shapes.common import Body, CursorQuery, OurCursorPage, bounds, pattern
from venturi.store.queries.instances import InstanceRow
from venturi.store.queries.values import XComFilter, XComRow


class XComsQuery(CursorQuery, frozen=True, kw_only=True):
    """Which XComs to list."""

    xcom_key: str | None = None
    map_index: int | None = None
    map_index_filter: int | None = None
    xcom_key_pattern: str | None = None
    xcom_key_prefix_pattern: str | None = None
    dag_display_name_pattern: str | None = None
    dag_display_name_prefix_pattern: str | None = None
    run_id_pattern: str | None = None
    run_id_prefix_pattern: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    logical_date_gte: datetime | None = None
    logical_date_gt: datetime | None = None
    logical_date_lte: datetime | None = None
    logical_date_lt: datetime | None = None
    run_after_gte: datetime | None = None
    run_after_gt: datetime | None = None
    run_after_lte: datetime | None = None
    run_after_lt: datetime | None = None


def xcom_filter(query: XComsQuery) -> XComFilter:
    """What a query searches for."""
    searched = {
        name: pattern(getattr(query, f"{word}_pattern"), getattr(query, f"{word}_prefix_pattern"))
        for name, word in (
            ("key_pattern", "xcom_key"),
            ("dag_pattern", "dag_display_name"),
            ("run_pattern", "run_id"),
            ("task_pattern", "task_id"),
        )
    }
    return XComFilter(
        **searched, logical_date=bounds(query, "logical_date"), run_after=bounds(query, "run_after")
    )


class XComQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How to show an XCom: its value, or the value as text."""

    map_index: int = -1
    deserialize: bool = False
    stringify: bool = False


class XComBody(Body, frozen=True, kw_only=True):
    """An XCom to write."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    value: Any
    map_index: int = -1


class XComPatch(Body, frozen=True, kw_only=True):
    """An XCom's new value."""

    value: Any
    map_index: int = -1


class XComAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An XCom in a list."""

    key: str
    timestamp: datetime
    logical_date: datetime | None
    map_index: int
    task_id: str
    dag_id: str
    run_id: str
    dag_display_name: str
    task_display_name: str
    run_after: datetime | None


class XComValue(XComAnswer, frozen=True, kw_only=True):
    """An XCom with its value."""

    value: Any


class XComs(OurCursorPage, frozen=True, kw_only=True):
    """A page of XComs."""

    xcom_entries: list[XComAnswer]


def xcom_answer(row: XComRow, instance: InstanceRow | None) -> XComAnswer:
    """An XCom from its row and the task instance it is of."""
    return XComAnswer(**_fields(row, instance))


def xcom_value(row: XComRow, instance: InstanceRow | None, as_text: bool) -> XComValue:
    """An XCom with its value, or with its value as text."""
    value = None if row.value is None else json.loads(row.value)
    if as_text and not isinstance(value, str):
        value = row.value
    return XComValue(**_fields(row, instance), value=value)


def _fields(row: XComRow, instance: InstanceRow | None) -> dict[str, Any]:
    names = ("key", "timestamp", "logical_date", "map_index", "task_id", "dag_id", "run_id")
    return {
        **{name: getattr(row, name) for name in names},
        "dag_display_name": instance.dag_display_name if instance else row.dag_id,
        "task_display_name": instance.task_display_name if instance else row.task_id,
        "run_after": instance.run_after if instance else None,
    }
