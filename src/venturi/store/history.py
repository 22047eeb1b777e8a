"""Every change of state of a task instance, appended in the transaction that makes it.

A row says when, to which state, in which try and epoch, who did it (nobody: the scheduler) and
why. Rows are small, are never changed, and go with their run.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, literal, select

from venturi.core.messages import Finished, Started
from venturi.core.states import TaskState
from venturi.decide.plan import Move
from venturi.decide.views import Instance, RunView
from venturi.store.commands.audit import Actor
from venturi.store.engine import Tx
from venturi.store.schema.base import UtcDateTime
from venturi.store.schema.runs import CAUSE_LENGTH, task_instance, task_instance_transition

T = TaskState


def record_moves(
    tx: Tx,
    moves: Iterable[Move],
    finished: Mapping[int, Finished],
    started: Sequence[tuple[RunView, Instance, Started]],
    now: Any,
) -> None:
    """Append what a plan changes, and which attempts have begun."""
    rows = [
        *(_row(i.id, word.at, T.RUNNING, i.try_number, i.epoch) for _, i, word in started),
        *(row for move in moves for row in _rows(move, finished.get(move.instance.id), now)),
    ]
    if rows:
        tx.execute(insert(task_instance_transition), rows)


def _rows(move: Move, report: Finished | None, now: Any) -> Iterator[dict[str, Any]]:
    instance = move.instance
    if report is not None and report.started_at is not None and instance.state is T.QUEUED:
        # Its beginning and its end came with one word.
        yield _row(instance.id, report.started_at, T.RUNNING, move.try_number, report.epoch)
    at = report.at if report is not None else now
    yield _row(instance.id, at, move.state, move.try_number, move.epoch, move.reason)


def _row(
    ti_id: int, at: Any, state: TaskState, try_number: int, epoch: int, cause: str = ""
) -> dict[str, Any]:
    return {
        "ti_id": ti_id,
        "at": at,
        "state": None if state is T.NONE else state,
        "try_number": try_number,
        "epoch": epoch,
        "cause": cause[:CAUSE_LENGTH] or None,
    }


def record_change(
    tx: Tx,
    which: Sequence[ColumnElement[bool]],
    state: TaskState,
    who: Actor,
    cause: str,
    *,
    new_epoch: bool = True,
) -> None:
    """Append what a person is about to change: these instances go to `state`.

    To be called before the change, with its own conditions.
    """
    table = task_instance.c
    columns = ["ti_id", "at", "state", "try_number", "epoch", "actor", "cause"]
    query = select(
        table.id,
        literal(who.now, UtcDateTime),
        literal(None if state is T.NONE else str(state), task_instance_transition.c.state.type),
        table.try_number,
        table.epoch + int(new_epoch),
        literal(who.name[:CAUSE_LENGTH]),
        literal(cause[:CAUSE_LENGTH]),
    ).where(*which)
    tx.execute(insert(task_instance_transition).from_select(columns, query))
