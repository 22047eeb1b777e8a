"""`macros` in templates: `{{ macros.ds_add(ds, 7) }}`.

Modules and classes (`datetime`, `timedelta`, `dateutil`, `time`, `uuid`, `json`, `yaml`, `random`)
and a few functions on dates. A plugin's macros appear under the plugin's name once
`add_plugin_macros` was told of them.
"""

import importlib
import random as _random
from collections.abc import Callable, Iterable
from datetime import datetime as datetime  # noqa: PLC0414 - templates use both
from datetime import timedelta as timedelta  # noqa: PLC0414
from types import SimpleNamespace
from typing import Any

from venturi.sdk.exceptions import AirflowOptionalProviderFeatureException

#: What every template may use; plugins add theirs.
NAMES = (
    "datetime",
    "datetime_diff_for_humans",
    "dateutil",
    "ds_add",
    "ds_format",
    "ds_format_locale",
    "json",
    "random",
    "time",
    "timedelta",
    "uuid",
    "yaml",
)

#: Modules, loaded when a template first uses them, with those that make them complete.
_LATE = {
    "json": ("json",),
    "time": ("time",),
    "uuid": ("uuid",),
    "yaml": ("yaml",),
    "dateutil": ("dateutil.parser", "dateutil.relativedelta", "dateutil.rrule", "dateutil.tz"),
}

#: A random number from 0 up to, not including, 1.
random = _random.random


class _Plugins:
    """The macros that plugins of this process brought: plugin name -> its functions."""

    by_name: dict[str, SimpleNamespace] = {}


def add_plugin_macros(plugin: str, functions: Iterable[Callable[..., Any]]) -> None:
    """Serve `functions` as `macros.<plugin>.<function name>`."""
    _Plugins.by_name[plugin] = SimpleNamespace(**{each.__name__: each for each in functions})


def __getattr__(name: str) -> Any:
    if name in _LATE:
        for module in _LATE[name]:
            importlib.import_module(module)
        return importlib.import_module(name)
    if name in _Plugins.by_name:
        return _Plugins.by_name[name]
    if name == "hive":
        raise AirflowOptionalProviderFeatureException(
            "macros.hive comes with the package apache-airflow-providers-apache-hive; install it."
        )
    raise AttributeError(
        f"There is no macro {name!r}; known are {', '.join([*NAMES, *_Plugins.by_name])}."
    )


def ds_add(ds: str, days: int) -> str:
    """The date `days` after (negative: before) `ds`, both as YYYY-MM-DD.

    >>> ds_add("2015-01-01", 5)
    '2015-01-06'
    """
    if not days:
        return str(ds)
    return (_read(ds, "%Y-%m-%d") + timedelta(days=days)).strftime("%Y-%m-%d")


def ds_format(ds: str, input_format: str, output_format: str) -> str:
    """The date `ds`, read with one strftime format and written with another.

    >>> ds_format("2015-01-01", "%Y-%m-%d", "%m-%d-%y")
    '01-01-15'
    """
    return _read(ds, input_format).strftime(output_format)


def ds_format_locale(
    ds: str, input_format: str, output_format: str, locale: Any | None = None
) -> str:
    """The date `ds`, read with a strftime format and written with a CLDR pattern in `locale`.

    `locale` is a name such as `de` or `zh_CN` (default: the one of LC_TIME, LC_ALL or LANG).

    >>> ds_format_locale("12/07/2024", "%d/%m/%Y", "EEEE dd MMMM yyyy", "de")
    'Freitag 12 Juli 2024'
    """
    from venturi.sdk.cldr import format_date

    return format_date(_read(ds, input_format), output_format, str(locale) if locale else None)


def datetime_diff_for_humans(dt: Any, since: datetime | None = None) -> str:
    """How far `dt` is from `since` (default: now) in words: `1 week ago`, `2 days before`."""
    import pendulum

    moment = pendulum.instance(dt)
    said: str = moment.diff_for_humans(None if since is None else pendulum.instance(since))
    return said


def _read(ds: str, how: str) -> datetime:
    return datetime.strptime(str(ds), how)  # noqa: DTZ007 - a date in a text has no zone
