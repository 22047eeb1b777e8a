"""The types that XCom values may have beside JSON's own: one row of `_KNOWN` for each.

Libraries such as NumPy are only looked at when the program has loaded them already.
"""

import base64
import dataclasses
import fnmatch
import importlib
import re
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from venturi.sdk.exceptions import AirflowException

CLASS, VERSION, DATA = "__classname__", "__version__", "__data__"

#: Name, version and plain data (which may contain further values) of a value.
Encoded = tuple[str, int, Any]

#: A value, from its plain data and version.
Decoder = Callable[[Any, int], Any]


class NotDeserializable(AirflowException, TypeError):
    """A stored value whose type cannot be made again."""


def encoder_of(value: Any) -> Encoded | None:
    """How `value` is written; None when nobody knows."""
    kind = type(value)
    for known, encode in _ENCODERS:
        if isinstance(value, known):
            return encode(value)
    library = kind.__module__.partition(".")[0]
    if library == "numpy":
        return _numpy(value)
    if library == "pandas":
        return _pandas(value)
    return _of_user(value)


def decoder_of(name: str) -> Decoder:
    """How values of the class `name` are made again. Raises `NotDeserializable`."""
    known = _DECODERS.get(name)
    if known is not None:
        return known
    if name.startswith("numpy."):
        return _numpy_scalar(name)
    _check_allowed(name)
    return lambda data, version: _made_again(_named(name), data, version)


# --- instants and spans ------------------------------------------------------------------------


def _datetime(value: datetime) -> Encoded:
    name = "pendulum.datetime.DateTime" if hasattr(value, "in_timezone") else "datetime.datetime"
    zone = _zone_name(value.tzinfo)
    plain = datetime.isoformat(value)
    return name, 3, {"iso": plain, "tz": zone} if zone else plain


def _datetime_again(data: Any, version: int) -> datetime:
    """Version 3 is ours (ISO text); 1 and 2 are Airflow's (seconds and a zone)."""
    if isinstance(data, str):
        return datetime.fromisoformat(data)
    if version >= 3:
        at = datetime.fromisoformat(data["iso"])
        return at.astimezone(ZoneInfo(data["tz"]))
    zone = data.get("tz")
    moment = datetime.fromtimestamp(float(data["timestamp"]), tz=_zone_again(zone) or UTC)
    return moment if zone else moment.replace(tzinfo=None)


def _pendulum_again(data: Any, version: int) -> Any:
    import pendulum

    return pendulum.instance(_datetime_again(data, version), tz=None)


def _zone_name(zone: tzinfo | None) -> str | None:
    return getattr(zone, "key", None) or getattr(zone, "name", None) if zone is not UTC else None


def _zone_again(zone: Any) -> tzinfo | None:
    """A zone as Airflow wrote it: a name, an offset in seconds, or [either, class, 1, true]."""
    said = zone[0] if isinstance(zone, list | tuple) else zone
    if said is None:
        return None
    if isinstance(said, int | float):
        return timezone(timedelta(seconds=said))
    return UTC if said in {"UTC", "utc"} else ZoneInfo(str(said))


# --- NumPy and pandas --------------------------------------------------------------------------


def _numpy(value: Any) -> Encoded | None:
    numpy = sys.modules["numpy"]
    if isinstance(value, numpy.ndarray):
        if value.dtype.hasobject:
            return "numpy.ndarray", 1, {"dtype": "object", "items": value.tolist()}
        raw = base64.b64encode(numpy.ascontiguousarray(value).tobytes()).decode()
        descr = value.dtype.descr if value.dtype.names else value.dtype.str
        return "numpy.ndarray", 1, {"dtype": descr, "shape": list(value.shape), "raw": raw}
    if isinstance(value, numpy.generic):
        if isinstance(value, numpy.datetime64 | numpy.timedelta64):
            return _numpy(numpy.asarray(value))
        return f"numpy.{type(value).__name__}", 1, value.item()
    return None


def _numpy_scalar(name: str) -> Decoder:
    numpy = importlib.import_module("numpy")
    kind = getattr(numpy, name.removeprefix("numpy."), None)
    if not (isinstance(kind, type) and issubclass(kind, numpy.generic)):
        raise NotDeserializable(f"This XCom is a {name}, which is no type of NumPy numbers.")
    return lambda data, _: kind(data)


def _array_again(data: Any, _version: int) -> Any:
    numpy = importlib.import_module("numpy")
    if data["dtype"] == "object":
        return numpy.array(data["items"], dtype=object)
    dtype = data["dtype"]
    if isinstance(dtype, list):
        dtype = [tuple(field) for field in dtype]
    flat = numpy.frombuffer(base64.b64decode(data["raw"]), dtype=dtype)
    array = flat.reshape(data["shape"]).copy()
    return array if array.shape else array[()]


def _pandas(value: Any) -> Encoded | None:
    kind = type(value).__name__
    if kind not in {"DataFrame", "Series"}:
        return None
    return f"pandas.{kind}", 1, value.to_json(orient="table", date_unit="us")


def _frame_again(data: Any, _version: int) -> Any:
    return _read_table(data)


def _series_again(data: Any, _version: int) -> Any:
    return _read_table(data).iloc[:, 0]


def _read_table(text: str) -> Any:
    from io import StringIO

    try:
        pandas = importlib.import_module("pandas")
    except ImportError as error:
        raise NotDeserializable(
            "This XCom is a pandas table; install pandas where the task that reads it runs."
        ) from error
    return pandas.read_json(StringIO(text), orient="table")


# --- classes of the user -----------------------------------------------------------------------


def _of_user(value: Any) -> Encoded | None:
    kind = type(value)
    if isinstance(value, type):
        return None
    name = f"{kind.__module__}.{kind.__qualname__}"
    version = int(getattr(kind, VERSION, 1))
    if callable(getattr(value, "serialize", None)) and hasattr(kind, "deserialize"):
        return name, version, value.serialize()
    if hasattr(kind, "model_dump") and hasattr(kind, "model_validate"):
        return name, version, value.model_dump(mode="json")
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        return name, version, {f.name: getattr(value, f.name) for f in fields if f.init}
    if hasattr(kind, "__attrs_attrs__"):
        # attrs drops leading underscores in the names of arguments.
        fields = kind.__attrs_attrs__
        return name, version, {f.name.lstrip("_"): getattr(value, f.name) for f in fields if f.init}
    if hasattr(value, "_asdict"):
        return name, version, value._asdict()
    return None


def _made_again(kind: Any, data: Any, version: int) -> Any:
    newest = int(getattr(kind, VERSION, 1))
    if version > newest:
        raise NotDeserializable(
            f"This XCom was written with version {version} of {kind.__qualname__}, here is only "
            f"{newest}; update the code that this task imports."
        )
    if hasattr(kind, "deserialize"):
        return kind.deserialize(data, version)
    if hasattr(kind, "model_validate"):
        return kind.model_validate(data)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(data)
    return kind(**data)


def _named(name: str) -> Any:
    module, _, rest = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), rest)
    except (ImportError, AttributeError) as error:
        raise NotDeserializable(
            f"This XCom is a {name}, which cannot be imported here; put its module in the "
            "plugins folder or on PYTHONPATH of the worker."
        ) from error


def _check_allowed(name: str) -> None:
    from venturi.config import get_config

    config = get_config()
    patterns = _listed(config.get("core", "allowed_deserialization_classes", fallback=""))
    regexps = _listed(config.get("core", "allowed_deserialization_classes_regexp", fallback=""))
    # The authoring classes are ours under either name.
    if any(fnmatch.fnmatchcase(name, pattern) for pattern in ("venturi.*", *patterns)):
        return
    if any(re.match(pattern, name) for pattern in regexps):
        return
    raise NotDeserializable(
        f"This XCom is a {name}, which the option [core] allowed_deserialization_classes does not "
        "name; add it there (patterns such as my_package.* are fine)."
    )


def _listed(said: Any) -> list[str]:
    if isinstance(said, str):
        return [word for word in re.split(r"[\s,]+", said) if word]
    return [str(word) for word in said or ()]


# --- the table ---------------------------------------------------------------------------------

_ENCODERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], Encoded | None]], ...] = (
    (datetime, _datetime),
    (date, lambda value: ("datetime.date", 1, date.isoformat(value))),
    (time, lambda value: ("datetime.time", 1, time.isoformat(value))),
    (timedelta, lambda value: ("datetime.timedelta", 1, value.total_seconds())),
    (tuple, lambda value: ("builtins.tuple", 1, list(value))),
    (set, lambda value: ("builtins.set", 1, _in_order(value))),
    (frozenset, lambda value: ("builtins.frozenset", 1, _in_order(value))),
    ((bytes, bytearray), lambda value: ("builtins.bytes", 1, base64.b64encode(value).decode())),
    (Decimal, lambda value: ("decimal.Decimal", 1, str(value))),
    (UUID, lambda value: ("uuid.UUID", 1, str(value))),
    (PurePath, lambda value: ("pathlib.Path", 1, str(value))),
    (ZoneInfo, lambda value: ("zoneinfo.ZoneInfo", 1, value.key)),
    (Enum, lambda value: (f"{type(value).__module__}.{type(value).__qualname__}", 1, value.value)),
)

_DECODERS: dict[str, Decoder] = {
    "datetime.datetime": _datetime_again,
    "pendulum.datetime.DateTime": _pendulum_again,
    "datetime.date": lambda data, _: date.fromisoformat(data),
    "datetime.time": lambda data, _: time.fromisoformat(data),
    "datetime.timedelta": lambda data, _: timedelta(seconds=float(data)),
    "builtins.tuple": lambda data, _: tuple(data),
    "builtins.set": lambda data, _: set(data),
    "builtins.frozenset": lambda data, _: frozenset(data),
    "builtins.bytes": lambda data, _: base64.b64decode(data),
    "decimal.Decimal": lambda data, _: Decimal(str(data)),
    "uuid.UUID": lambda data, _: UUID(data),
    "pathlib.Path": lambda data, _: importlib.import_module("pathlib").Path(data),
    "zoneinfo.ZoneInfo": lambda data, _: ZoneInfo(data),
    "pendulum.tz.timezone.Timezone": lambda data, _: _zone_again(data),
    "pendulum.tz.timezone.FixedTimezone": lambda data, _: _zone_again(data),
    "numpy.ndarray": _array_again,
    "pandas.DataFrame": _frame_again,
    "pandas.Series": _series_again,
}


def _in_order(values: Any) -> list[Any]:
    """The same set gives the same text."""
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=repr)
