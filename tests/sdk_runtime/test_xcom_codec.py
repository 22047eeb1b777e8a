"""How XCom values are stored."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from venturi.core.keys import TaskKey
from venturi.sdk.xcom_codec import XComTooLarge, from_text, to_text
from venturi.spec.model import Era

Option = Callable[[str, str, str], None]

NAME = TaskKey("d", "r", "t", 2)


class Elsewhere:
    """A backend that keeps values in a dict and stores where."""

    kept: dict[str, Any] = {}

    @staticmethod
    def serialize_value(
        value: Any, *, key: str, task_id: str, dag_id: str, run_id: str, map_index: int
    ) -> bytes:
        place = f"{dag_id}/{run_id}/{task_id}/{map_index}/{key}"
        Elsewhere.kept[place] = value
        return json.dumps(place).encode()

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        return Elsewhere.kept[json.loads(result.value)]


def test_values_are_json_by_default() -> None:
    assert to_text([1], "k", NAME, Era.V3) == "[1]"
    assert from_text("[1]") == [1]
    assert from_text(None) is None


def test_a_backend_of_the_users_keeps_them_elsewhere(option: Option) -> None:
    option("core", "xcom_backend", f"{__name__}.Elsewhere")
    value = object()
    text = to_text(value, "k", NAME, Era.V3)
    assert text == '"d/r/t/2/k"'
    assert from_text(text) is value


def test_a_value_that_is_too_large_is_refused_with_the_way_out(option: Option) -> None:
    option("venturi", "xcom_bytes_max", "1024")
    assert to_text("x" * 1000, "k", NAME, Era.V3)
    with pytest.raises(XComTooLarge, match=r"'k' of task 't'.*xcom_bytes_max"):
        to_text("x" * 1100, "k", NAME, Era.V3)
    with pytest.raises(XComTooLarge):
        to_text("ü" * 600, "k", NAME, Era.V3)
