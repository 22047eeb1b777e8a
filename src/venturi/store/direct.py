"""The database answers at once: for code on this machine that runs outside of any task process.

`dag.test()`, `airflow tasks test` and scripts that use `Variable` ask through this; a task process
never does, it has its channel.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from venturi.config import get_config
from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import VenturiError
from venturi.core.requests import (
    CountInstances,
    DeleteVariable,
    DeleteXCom,
    GetConnection,
    GetDagState,
    GetRun,
    GetStates,
    GetVariable,
    GetXCom,
    Request,
    SetVariable,
    SetXCom,
    TriggerRun,
)
from venturi.store import asked
from venturi.store.engine import Store
from venturi.store.open import open_store
from venturi.store.queries.schema import require_ready

_READS: dict[type, Callable[..., Any]] = {
    GetVariable: asked.get_variable,
    GetConnection: asked.get_connection,
    GetXCom: asked.get_xcom,
    GetRun: asked.get_run,
    GetStates: asked.get_states,
    GetDagState: asked.get_dag_state,
    CountInstances: asked.count_instances,
}
_WRITES: dict[type, Callable[..., Any]] = {
    SetVariable: asked.set_variable,
    DeleteVariable: asked.delete_variable,
    SetXCom: asked.set_xcom,
    DeleteXCom: asked.delete_xcom,
    TriggerRun: asked.trigger_run,
}


class DirectComms:
    """Answers the requests of `core.requests` from a database."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self.store = store
        self._clock: Clock = clock or SystemClock()

    def ask(self, request: Request) -> Any:
        """The answer. Raises `NotFound`, `Conflict` or `InvalidInput`."""
        read = _READS.get(type(request))
        if read is not None:
            with self.store.read() as tx:
                return read(tx, request, self._clock)
        write = _WRITES[type(request)]
        return self.store.retrying(lambda tx: write(tx, request, self._clock))

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def mask(self, secret: str) -> None:
        """Nothing to do: this process masks its own log."""


def open_direct() -> DirectComms | None:
    """The configured database, or None (with a line in the log) where none can be used."""
    url = get_config().database_url()
    if url.dialect == "sqlite" and not Path(url.database).exists():
        return None  # nothing is installed in this home, and asking must not create it
    store = open_store()
    try:
        require_ready(store)
    except VenturiError as error:
        store.close()
        logging.getLogger(__name__).warning("Variables and connections are not read: %s", error)
        return None
    return DirectComms(store)
