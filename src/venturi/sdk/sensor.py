"""Sensors: tasks that wait for the world."""

import time
from datetime import datetime, timedelta
from typing import Any, TypeVar

from venturi.core.backoff import retry_delay
from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import InvalidInput
from venturi.sdk.exceptions import (
    AirflowFailException,
    AirflowRescheduleException,
    AirflowSensorTimeout,
    AirflowSkipException,
    AirflowTaskTimeout,
)
from venturi.sdk.operator import BaseOperator
from venturi.sdk.skip import SkipMixin
from venturi.sdk.values import duration

MODES = ("poke", "reschedule")
WEEK = 7 * 24 * 3600.0

S = TypeVar("S", bound=type)


class PokeReturnValue:
    """What a poke may return: whether it is done, and then the task's result."""

    def __init__(self, is_done: bool, xcom_value: Any = None) -> None:
        self.is_done, self.xcom_value = is_done, xcom_value

    def __bool__(self) -> bool:
        return self.is_done


class BaseSensorOperator(SkipMixin, BaseOperator):
    """A task that calls `poke(context)` every `poke_interval` until it returns something true.

    poke_interval, timeout, max_wait   seconds or timedelta; default one minute, one week, none
    mode                  poke: wait inside the process; reschedule: give the slot back meanwhile
    exponential_backoff   True doubles the interval after each poke, a number multiplies it
    soft_fail             the end of its time (or AirflowFailException) skips the task
    silent_fail           an exception of a poke is logged and the sensor goes on
    never_fail            whatever goes wrong skips the task
    """

    ui_color = "#e6f1f2"
    is_sensor = True
    inherits_from_skipmixin = False
    can_skip = False
    clock: Clock = SystemClock()

    def __init__(
        self,
        *,
        poke_interval: timedelta | float = 60,
        timeout: timedelta | float = WEEK,
        soft_fail: bool = False,
        mode: str = "poke",
        exponential_backoff: bool | float = False,
        max_wait: timedelta | float | None = None,
        silent_fail: bool = False,
        never_fail: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.poke_interval = self._seconds("poke_interval", poke_interval) or 0.0
        limit = self._seconds("timeout", timeout)
        self.timeout = WEEK if limit is None else limit
        self.max_wait = self._seconds("max_wait", max_wait)
        if mode not in MODES:
            raise InvalidInput(
                f"mode of sensor {self.task_id!r} is {mode!r}; it must be one of: "
                f"{', '.join(MODES)}."
            )
        if soft_fail and never_fail:
            raise InvalidInput(
                f"soft_fail and never_fail of sensor {self.task_id!r} exclude each other; keep one."
            )
        self.mode = mode
        self.soft_fail = soft_fail
        self.exponential_backoff = exponential_backoff
        self.silent_fail = silent_fail
        self.never_fail = never_fail

    def _seconds(self, name: str, value: Any) -> float | None:
        field = f"{name} of sensor {self.task_id!r}"
        found = duration(value, field)
        if found is not None and found < timedelta(0):
            raise InvalidInput(f"{field} must not be negative.")
        return None if found is None else found.total_seconds()

    @property
    def reschedule(self) -> bool:
        """Whether it gives its slot back between two pokes."""
        return self.mode == "reschedule"

    def poke(self, context: Any) -> bool | PokeReturnValue:
        """Look whether it is there. Subclasses define this."""
        raise NotImplementedError(f"{type(self).__name__} has to define poke(context).")

    def execute(self, context: Any) -> Any:
        began = self._began(context)
        pokes = int(getattr(context.get("ti"), "reschedule_count", 0) or 0) if began else 0
        first = began or self.clock.now()
        mark = self.clock.monotonic() if began is None else None
        while True:
            pokes += 1
            found = self._poked(context)
            if found:
                self.log.info("It is there: going on.")
                return found.xcom_value if isinstance(found, PokeReturnValue) else None
            waited = (
                self.clock.monotonic() - mark
                if mark is not None
                else (self.clock.now() - first).total_seconds()
            )
            if waited > self.timeout:
                self._over(waited)
            wait = self.wait_after(pokes)
            if self.reschedule:
                raise AirflowRescheduleException(self.clock.now() + timedelta(seconds=wait))
            self.sleep(wait)

    def sleep(self, seconds: float) -> None:
        """Wait inside the process."""
        time.sleep(seconds)

    def wait_after(self, pokes: int) -> float:
        """Seconds to wait after the `pokes`-th poke found nothing."""
        if not self.exponential_backoff:
            wait = self.poke_interval
        else:
            growth = 2.0 if self.exponential_backoff is True else float(self.exponential_backoff)
            seed = (self.dag_id, self.task_id)
            wait = retry_delay(pokes, self.poke_interval, growth, self.max_wait, seed)
        return wait if self.max_wait is None else min(wait, self.max_wait)

    def _began(self, context: Any) -> datetime | None:
        """When a rescheduled sensor first looked; None for one that waits in its process."""
        if not self.reschedule:
            return None
        found = getattr(context.get("ti"), "first_started_at", None)
        return found if isinstance(found, datetime) else None

    def _poked(self, context: Any) -> bool | PokeReturnValue:
        try:
            return self.poke(context)
        except (AirflowSkipException, AirflowRescheduleException):
            raise
        except (AirflowSensorTimeout, AirflowTaskTimeout, AirflowFailException) as error:
            if self.soft_fail or self.never_fail:
                raise AirflowSkipException(f"Skipped: {error}") from error
            raise
        except Exception as error:
            if self.silent_fail:
                self.log.exception("This poke failed, going on.")
                return False
            if self.never_fail:
                raise AirflowSkipException(f"Skipped: {error}") from error
            raise

    def _over(self, waited: float) -> None:
        text = f"Sensor {self.task_id!r} waited {waited:.0f} s, longer than {self.timeout:.0f} s."
        if self.soft_fail or self.never_fail:
            raise AirflowSkipException(text)
        raise AirflowSensorTimeout(text)


def poke_mode_only(cls: S) -> S:
    """Decorator of sensor classes that keep something in memory between two pokes."""

    def refuse(self: Any, mode: str) -> None:
        if mode != "poke":
            raise ValueError(f"{cls.__name__} only knows mode='poke', not {mode!r}.")
        self.__dict__["mode"] = mode

    cls.mode = property(lambda _: "poke", refuse)  # type: ignore[attr-defined]
    return cls
