"""`WeekDay`: the days of the week, Monday being 1."""

from collections.abc import Iterable
from enum import IntEnum


class WeekDay(IntEnum):
    """A day of the week, numbered as ISO does."""

    MONDAY = 1
    TUESDAY = 2
    WEDNESDAY = 3
    THURSDAY = 4
    FRIDAY = 5
    SATURDAY = 6
    SUNDAY = 7

    @classmethod
    def get_weekday_number(cls, week_day_str: str) -> "WeekDay":
        """The day of that English name. Raises `AttributeError` for no such day."""
        name = week_day_str.strip().upper()
        if name not in cls.__members__:
            raise AttributeError(
                f'Invalid Week Day passed: "{week_day_str}"; the days are MONDAY to SUNDAY.'
            )
        return cls[name]

    @classmethod
    def convert(cls, day: "str | WeekDay") -> int:
        """The number of a day given by name or number."""
        return cls(day).value if isinstance(day, int) else cls.get_weekday_number(day).value

    @classmethod
    def validate_week_day(cls, week_day: "str | WeekDay | Iterable[str | WeekDay]") -> "set[int]":
        """The numbers of one or several days. Raises `TypeError` for anything else."""
        if isinstance(week_day, str | WeekDay):
            return {cls.convert(week_day)}
        if isinstance(week_day, Iterable):
            return {cls.convert(each) for each in week_day}
        raise TypeError(
            f"Unsupported Type for week_day parameter: {type(week_day)}. "
            "Give a name such as 'MONDAY', a WeekDay, or several of them."
        )


WEEKEND = frozenset({WeekDay.SATURDAY, WeekDay.SUNDAY})
WORKING_DAYS = frozenset(set(WeekDay) - WEEKEND)
