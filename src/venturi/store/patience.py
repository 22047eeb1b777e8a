"""A connection to PostgreSQL that does not wait for ever: its driver's sockets have no timeout."""

from typing import Any

import psycopg
from psycopg.abc import PQGen


class PatientConnection(psycopg.Connection[Any]):
    """Gives up on a server that has not answered by the deadline, and counts as closed then."""

    #: seconds; None waits for ever
    deadline: float | None = None

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """What the server answers. Raises `OperationalError` after the deadline."""
        if self.deadline is None or timeout is not None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.deadline)
        except psycopg.OperationalError as late:
            if type(late).__name__ != "_WaitTimeout":  # what the driver calls it to itself
                raise
            self.pgconn.finish()
            raise psycopg.OperationalError(
                f"the server has not answered for {self.deadline:g} s"
            ) from late
