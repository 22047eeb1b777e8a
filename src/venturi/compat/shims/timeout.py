"""`airflow.utils.timeout`: a time limit around a block of code."""

import signal
from types import FrameType, TracebackType
from typing import Self

from venturi.sdk.exceptions import AirflowTaskTimeout


class timeout:  # noqa: N801 - the name people import
    """`with timeout(seconds):` raises `AirflowTaskTimeout` in the block when the time is up.

    Works in the main thread only, as it uses SIGALRM.
    """

    def __init__(self, seconds: float = 1, error_message: str = "Timeout") -> None:
        self.seconds, self.error_message = seconds, error_message

    def handle_timeout(self, signum: int, frame: FrameType | None) -> None:
        """What the alarm does."""
        raise AirflowTaskTimeout(self.error_message)

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGALRM, self.handle_timeout)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, self._before)
