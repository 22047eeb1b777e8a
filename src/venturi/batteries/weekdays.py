"""Days of the week as authors write them."""

from collections.abc import Collection
from typing import Any

from venturi.sdk.exceptions import AirflowException

_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def weekdays(given: Any) -> frozenset[int]:
    """ISO weekdays (1 is Monday) of a name, a member of `WeekDay`, or several of those.

    Raises `AirflowException` naming what is not a day.
    """
    if isinstance(given, str) or not isinstance(given, Collection):
        given = [given]
    days = frozenset(_weekday(each) for each in given)
    if not days:
        raise AirflowException("week_day is empty: name at least one day, like 'Monday'.")
    return days


def _weekday(given: Any) -> int:
    name = str(getattr(given, "name", given)).strip().lower()
    if name in _NAMES:
        return _NAMES.index(name) + 1
    raise AirflowException(
        f"{given!r} is not a day of the week: write 'Monday', ..., 'Sunday', or WeekDay.MONDAY."
    )
