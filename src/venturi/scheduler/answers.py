"""What task processes ask, answered from the database: one small function per request."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from venturi.core.clock import Clock
from venturi.core.errors import Conflict, VenturiError
from venturi.core.messages import Ask, Reply
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
from venturi.runner.asking import kind_of
from venturi.store import asked
from venturi.store.engine import Store, Tx

_Answer = Callable[[Tx, Any, Clock], Any]

#: Who answers what; the second word says whether it writes.
TABLE: Mapping[type, tuple[_Answer, bool]] = {
    GetVariable: (asked.get_variable, False),
    SetVariable: (asked.set_variable, True),
    DeleteVariable: (asked.delete_variable, True),
    GetConnection: (asked.get_connection, False),
    GetXCom: (asked.get_xcom, False),
    SetXCom: (asked.set_xcom, True),
    DeleteXCom: (asked.delete_xcom, True),
    TriggerRun: (asked.trigger_run, True),
    GetRun: (asked.get_run, False),
    CountInstances: (asked.count_instances, False),
    GetStates: (asked.get_states, False),
    GetDagState: (asked.get_dag_state, False),
}


def answer(store: Store, request: Request, clock: Clock) -> Any:
    """The plain answer to a request. Raises what the store raises."""
    respond, writes = TABLE[type(request)]
    if writes:
        return store.retrying(lambda tx: respond(tx, request, clock))
    with store.read() as tx:
        return respond(tx, request, clock)


def reply_to(store: Store, ask: Ask, clock: Clock, is_stale: bool) -> Reply:
    """The reply to a question; an attempt that has been given up may not write (rule R3)."""
    try:
        if is_stale and TABLE[type(ask.request)][1]:
            raise Conflict("This attempt has been given up: it may not write any more.")
        value = answer(store, ask.request, clock)
    except VenturiError as error:
        return Reply(ask_id=ask.ask_id, error=str(error), error_kind=kind_of(error))
    except Exception as error:
        # Whatever the database says, the task hears it and the scheduler goes on.
        return Reply(ask_id=ask.ask_id, error=f"{type(error).__name__}: {error}")
    return Reply(ask_id=ask.ask_id, value=json.dumps(value, default=str))
