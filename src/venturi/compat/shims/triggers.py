"""`airflow.providers.standard.triggers`: waiting for a moment or for a file."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from glob import glob
from pathlib import Path
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import InvalidInput
from venturi.sdk.trigger import BaseTrigger, TaskSuccessEvent, TriggerEvent
from venturi.sdk.values import utc

_PATH = "airflow.providers.standard.triggers"

#: A long wait is slept in pieces of this many seconds, so that a changed clock is noticed.
PIECE = 60.0


class DateTimeTrigger(BaseTrigger):
    """Has its event when `moment` (aware) has come; with `end_from_trigger` the task ends then."""

    def __init__(
        self, moment: datetime, *, end_from_trigger: bool = False, clock: Clock | None = None
    ) -> None:
        super().__init__()
        if not isinstance(moment, datetime):
            raise TypeError(f"Expected a datetime for moment, not {type(moment).__name__}.")
        if moment.tzinfo is None:
            raise InvalidInput("DateTimeTrigger: the moment needs a time zone.")
        self.moment, self.end_from_trigger = utc(moment, "moment"), end_from_trigger
        self._clock = clock or SystemClock()

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See `BaseTrigger`."""
        said = {"moment": self.moment, "end_from_trigger": self.end_from_trigger}
        return f"{_PATH}.temporal.{type(self).__name__}", said

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Wait for the moment."""
        assert self.moment is not None
        while (left := (self.moment - self._clock.now()).total_seconds()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(left, PIECE))
        yield TaskSuccessEvent() if self.end_from_trigger else TriggerEvent(self.moment)


class TimeDeltaTrigger(DateTimeTrigger):
    """Has its event `delta` after it was made."""

    def __init__(self, delta: timedelta, *, end_from_trigger: bool = False) -> None:
        super().__init__(SystemClock().now() + delta, end_from_trigger=end_from_trigger)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """As the moment it came to: made again, it must not begin anew."""
        path, said = super().serialize()
        return path.replace(type(self).__name__, "DateTimeTrigger"), said


class FileTrigger(BaseTrigger):
    """Has its event when a file matches `filepath`, looked for every `poke_interval` seconds."""

    def __init__(
        self, filepath: str, recursive: bool = False, poke_interval: float = 5.0, **_: Any
    ) -> None:
        super().__init__()
        self.filepath, self.recursive, self.poke_interval = filepath, recursive, poke_interval

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """See `BaseTrigger`."""
        said = {
            "filepath": self.filepath,
            "recursive": self.recursive,
            "poke_interval": self.poke_interval,
        }
        return f"{_PATH}.file.FileTrigger", said

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Look until the file is there; a folder counts when it has a file in it."""
        while not await asyncio.to_thread(self._is_there):  # noqa: ASYNC110 - files ring no bell
            await asyncio.sleep(self.poke_interval)
        yield TriggerEvent(True)

    def _is_there(self) -> bool:
        for found in map(Path, glob(self.filepath, recursive=self.recursive)):  # noqa: PTH207
            if found.is_file() or any(each.is_file() for each in found.rglob("*")):
                return True
        return False
