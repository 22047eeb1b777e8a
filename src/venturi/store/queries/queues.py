"""How busy queues and machines are, counted from the task instances that are under way."""

from typing import Any

import msgspec
from sqlalchemy import func, select

from venturi.core.clock import Instant
from venturi.core.states import TaskState
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance
from venturi.store.scope import DagScope

_T = task_instance.c
#: On its way to a queue, in it, out of it again.
_SHOWN = (TaskState.SCHEDULED, TaskState.QUEUED, TaskState.RUNNING)


class QueueLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A queue: how many may soon stand in it, stand in it, and run."""

    queue: str
    scheduled: int = 0
    queued: int = 0
    running: int = 0
    #: since when the one that has waited longest stands in the queue
    waiting_since: Instant | None = None


class MachineLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A machine on which something runs."""

    hostname: str
    running: int
    queues: tuple[str, ...]
    #: when the oldest of what runs there was started
    busy_since: Instant | None


def queue_loads(tx: Tx, scope: DagScope, default: str) -> list[QueueLoad]:
    """Queues in which something waits or runs, by name; `default`: where no queue is named."""
    query = (
        select(_T.queue, _T.state, func.count(), func.min(_T.queued_dttm))
        .where(_T.state.in_(_SHOWN), *scope.conditions(_T.dag_id))
        .group_by(_T.queue, _T.state)
    )
    found: dict[str, dict[str, Any]] = {}
    for queue, state, count, since in tx.execute(query):
        row = found.setdefault(queue or default, {})
        row[state] = row.get(state, 0) + count
        if state == TaskState.QUEUED and since is not None:
            row["waiting_since"] = min(since, row.get("waiting_since", since))
    return [QueueLoad(queue=queue, **found[queue]) for queue in sorted(found)]


def machine_loads(tx: Tx, scope: DagScope, default: str) -> list[MachineLoad]:
    """Machines on which something runs, by name."""
    query = (
        select(_T.hostname, _T.queue, func.count(), func.min(_T.start_date))
        .where(
            _T.state == TaskState.RUNNING,
            _T.hostname.is_not(None),
            _T.hostname != "",
            *scope.conditions(_T.dag_id),
        )
        .group_by(_T.hostname, _T.queue)
    )
    found: dict[str, list[tuple[str, int, Instant | None]]] = {}
    for hostname, queue, count, since in tx.execute(query):
        found.setdefault(hostname, []).append((queue or default, count, since))
    return [
        MachineLoad(
            hostname=hostname,
            running=sum(count for _, count, _ in parts),
            queues=tuple(sorted({queue for queue, _, _ in parts})),
            busy_since=min((since for _, _, since in parts if since), default=None),
        )
        for hostname, parts in sorted(found.items())
    ]
