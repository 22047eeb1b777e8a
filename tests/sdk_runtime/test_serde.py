"""XCom values as JSON and back."""

import dataclasses
import json
import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from pathlib import Path
from typing import Any, ClassVar, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pendulum
import pydantic
import pytest

from venturi.sdk.serde import NotSerializable, decode, encode, length_of
from venturi.sdk.serde_types import NotDeserializable
from venturi.spec.model import Era

BERLIN = ZoneInfo("Europe/Berlin")


@dataclasses.dataclass
class Point:
    x: int
    when: datetime


@attrs.define
class Box:
    _width: int
    names: set[str]


class Model(pydantic.BaseModel):
    count: int
    day: date


class Versioned:
    __version__: ClassVar[int] = 2

    def __init__(self, text: str) -> None:
        self.text = text

    def serialize(self) -> dict[str, Any]:
        return {"text": self.text}

    @staticmethod
    def deserialize(data: dict[str, Any], version: int) -> "Versioned":
        return Versioned(f"{data['text']}@{version}")


class Pair(NamedTuple):
    a: int
    b: int


class Color(Enum):
    RED = 1


class Word(StrEnum):
    A = "a"


@pytest.fixture
def allowed(option: Callable[[str, str, str], None]) -> None:
    option("core", "allowed_deserialization_classes", f"{__name__}.*")


@pytest.mark.parametrize(
    "value",
    [
        None, True, 0, 1.5, "", "ü", [], {}, [1, [2]], {"a": {"b": None}},
        (1, (2, "x")), {1, 2}, {"b", "a"}, frozenset({1}), b"\x00\xff",
        datetime(2026, 1, 2, 3, 4, 5, 6, UTC), datetime(2026, 1, 2, 3, 4, 5),
        datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1),
        datetime(2026, 1, 2, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        date(2026, 1, 2), time(3, 4), timedelta(days=1, microseconds=5),
        Decimal("1.10"), UUID(int=5), Path("/a/b"), ZoneInfo("Europe/Berlin"),
        {"__classname__": "evil", "__data__": 1}, float("inf"),
    ],
)  # fmt: skip
def test_values_come_back_as_they_were(value: Any) -> None:
    found = decode(encode(value))
    assert found == value
    assert type(found) is type(value)


def test_instants_keep_their_zone() -> None:
    found = decode(encode(datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)))
    assert (found.tzinfo.key, found.utcoffset()) == ("Europe/Berlin", timedelta(hours=1))


def test_pendulum_instants_come_back_as_such() -> None:
    value = pendulum.datetime(2026, 7, 2, 3, tz="Europe/Berlin")
    found = decode(encode([value]))[0]
    assert isinstance(found, pendulum.DateTime)
    assert found == value
    assert found.timezone_name == "Europe/Berlin"


def test_what_json_has_no_word_for_is_still_strict_json() -> None:
    def refuse(text: str) -> Any:
        raise AssertionError(text)

    assert json.loads(encode([math.nan]), parse_constant=refuse)
    assert math.isnan(decode(encode(math.nan)))


def test_plain_values_are_plain_json() -> None:
    assert encode({"a": [1, "ü", None]}) == '{"a": [1, "ü", null]}'
    assert encode(Word.A) == '"a"'
    assert encode(Pair(1, 2)) == encode((1, 2))


def test_keys_become_text_except_in_files_of_the_pickling_era() -> None:
    assert decode(encode({1: "a", None: "b"})) == {"1": "a", "None": "b"}
    assert decode(encode({1: {(2,): "a"}}, era=Era.V1)) == {1: {(2,): "a"}}


def test_sets_are_written_in_one_order() -> None:
    assert encode({"b", "a", "c"}) == encode({"c", "b", "a"})
    assert encode({1, "a"}) == encode({"a", 1})


@pytest.mark.parametrize(
    "value",
    [
        np.int64(5), np.float32(1.5), np.bool_(True), np.arange(6).reshape(2, 3),
        np.array([1.5, 2.5], dtype=">f8"), np.array(["a", None], dtype=object),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]), np.datetime64("2026-01-02"),
    ],
)  # fmt: skip
def test_numpy_values_come_back(value: Any) -> None:
    found = decode(encode(value))
    assert np.array_equal(found, value)
    assert (found.dtype, type(found)) == (value.dtype, type(value))


@pytest.mark.usefixtures("allowed")
def test_classes_of_the_user_come_back_when_they_are_allowed() -> None:
    values = [
        Point(1, datetime(2026, 1, 2, tzinfo=UTC)),
        Box(width=2, names={"a"}),
        Model(count=3, day=date(2026, 1, 2)),
        Color.RED,
    ]
    assert decode(encode(values)) == values
    assert decode(encode(Versioned("x"))).text == "x@2"


@pytest.mark.usefixtures("allowed")
def test_a_newer_version_of_a_class_is_refused() -> None:
    text = encode(Versioned("x")).replace('"__version__": 2', '"__version__": 3')
    with pytest.raises(NotDeserializable, match="version 3"):
        decode(text)


def test_classes_that_nobody_allowed_are_not_made() -> None:
    with pytest.raises(NotDeserializable, match="allowed_deserialization_classes"):
        decode(encode(Point(1, datetime(2026, 1, 2, tzinfo=UTC))))


def test_patterns_may_allow_a_class(option: Callable[[str, str, str], None]) -> None:
    option("core", "allowed_deserialization_classes_regexp", ".*Point$")
    assert decode(encode(Point(1, datetime(2026, 1, 2, tzinfo=UTC)))).x == 1


@pytest.mark.usefixtures("allowed")
def test_a_class_that_is_gone_is_named() -> None:
    text = json.dumps({"__classname__": f"{__name__}.Gone", "__version__": 1, "__data__": {}})
    with pytest.raises(NotDeserializable, match="Gone"):
        decode(text)


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"__classname__": "builtins.tuple", "__version__": 1, "__data__": [1]}, (1,)),
        (
            {
                "__classname__": "datetime.datetime",
                "__version__": 2,
                "__data__": {
                    "timestamp": 1657505443.0,
                    "tz": ["UTC", "pendulum.tz.timezone.Timezone", 1, True],
                },
            },
            datetime(2022, 7, 11, 2, 10, 43, tzinfo=UTC),
        ),
        (
            {
                "__classname__": "datetime.datetime",
                "__version__": 1,
                "__data__": {"timestamp": 1657505443.0, "tz": 3600},
            },
            datetime(2022, 7, 11, 2, 10, 43, tzinfo=UTC),
        ),
        (
            {
                "__classname__": "pendulum.datetime.DateTime",
                "__version__": 2,
                "__data__": {"timestamp": 1657505443.0, "tz": None},
            },
            datetime(2022, 7, 11, 2, 10, 43),
        ),
        ({"__classname__": "datetime.timedelta", "__version__": 2, "__data__": 1.5},
         timedelta(seconds=1.5)),
        ({"__classname__": "decimal.Decimal", "__version__": 1, "__data__": "1.1"}, Decimal("1.1")),
        ({"__classname__": "numpy.int32", "__version__": 1, "__data__": 5}, 5),
    ],
)  # fmt: skip
def test_rows_that_airflow_wrote_are_read(row: dict[str, Any], value: Any) -> None:
    assert decode(json.dumps([row])) == [value]


def test_what_cannot_be_written_is_named() -> None:
    with pytest.raises(NotSerializable, match=r"builtins\.object"):
        encode({"a": [object()]})
    with pytest.raises(NotSerializable, match="function"):
        encode(lambda: 1)
    circle: list[Any] = []
    circle.append(circle)
    with pytest.raises(NotSerializable, match="contains itself"):
        encode(circle)


def test_no_class_is_imported_for_a_name_that_is_not_allowed() -> None:
    row = {"__classname__": "os.system", "__version__": 1, "__data__": {"command": "true"}}
    with pytest.raises(NotDeserializable):
        decode(json.dumps(row))
    with pytest.raises(NotDeserializable):
        decode(json.dumps({**row, "__classname__": "numpy.loadtxt", "__data__": "/etc/passwd"}))


def test_lengths_are_of_what_can_be_expanded() -> None:
    assert [length_of(value) for value in ([1], {"a": 1}, (1, 2), "abc", 5, None)] == [
        1, 1, 2, None, None, None,
    ]  # fmt: skip
