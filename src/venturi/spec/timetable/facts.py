"""What kind of timetable it is, where the kind matters."""

from venturi.spec.timetable.model import (
    AssetOrTime,
    AssetTriggered,
    Continuous,
    Custom,
    Null,
    Once,
    Timetable,
)


def is_periodic(timetable: Timetable) -> bool:
    """Whether it runs again and again by itself, rather than never, once, or when asked."""
    match timetable:
        case Custom():
            return timetable.periodic
        case AssetOrTime():
            return is_periodic(timetable.timetable)
        case Null() | Once() | Continuous() | AssetTriggered():
            return False
        case _:
            return True


def can_be_scheduled(timetable: Timetable) -> bool:
    """Whether runs can come about without a person: by time, or by assets."""
    match timetable:
        case Custom():
            return timetable.can_be_scheduled
        case Null():
            return False
        case _:
            return True


def is_asset_triggered(timetable: Timetable) -> bool:
    """Whether updates of assets can start a run."""
    return isinstance(timetable, AssetTriggered | AssetOrTime)


def active_runs_limit(timetable: Timetable) -> int | None:
    """How many runs may be active at once by the nature of the timetable, None for any number."""
    match timetable:
        case Continuous():
            return 1
        case Custom():
            return timetable.active_runs_limit
        case AssetOrTime():
            return active_runs_limit(timetable.timetable)
        case _:
            return None


def needs_runner(timetable: Timetable) -> bool:
    """Whether it is code of the user's, so that `next_run` raises `NeedsRunner`."""
    match timetable:
        case Custom():
            return True
        case AssetOrTime():
            return needs_runner(timetable.timetable)
        case _:
            return False
