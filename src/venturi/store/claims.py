"""Which worker has which attempt (rule R2): one conditional update, before the worker is told.

The name of the worker stands in `external_executor_id`, with the epoch that it was granted for, so
that the claim of an earlier attempt is none of the next.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, or_, select, update

from venturi.core.states import ACTIVE, TaskState
from venturi.store.engine import Tx
from venturi.store.schema.runs import task_instance

_TI = task_instance.c


class ClaimRow(NamedTuple):
    """An attempt and the worker that has it, or asks for it."""

    ti_id: int
    epoch: int
    worker: str


_CLAIM = (
    update(task_instance)
    .where(
        _TI.id == bindparam("b_id"),
        _TI.epoch == bindparam("b_epoch"),
        _TI.state == TaskState.QUEUED,
        or_(
            _TI.external_executor_id.is_(None),
            _TI.external_executor_id.not_like(bindparam("b_claimed")),
            _TI.external_executor_id == bindparam("b_holder"),
        ),
    )
    .values(external_executor_id=bindparam("b_holder"))
)


def claim(tx: Tx, wanted: Sequence[ClaimRow]) -> list[ClaimRow]:
    """Give each attempt to the worker that asks, unless it is not waiting or somebody has it."""
    granted = []
    for row in wanted:
        values = {
            "b_id": row.ti_id,
            "b_epoch": row.epoch,
            "b_claimed": f"{row.epoch}:%",
            "b_holder": f"{row.epoch}:{row.worker}",
        }
        if tx.execute(_CLAIM, values).rowcount:
            granted.append(row)
    return granted


def claims_of(tx: Tx, ti_ids: Iterable[int]) -> dict[int, ClaimRow]:
    """The claims on the present attempts of these task instances."""
    wanted = sorted(ti_ids)
    found = {}
    for start in range(0, len(wanted), 400):
        query = select(_TI.id, _TI.epoch, _TI.external_executor_id).where(
            _TI.id.in_(wanted[start : start + 400]), _TI.external_executor_id.is_not(None)
        )
        for row in tx.execute(query):
            epoch, _, worker = row.external_executor_id.partition(":")
            if epoch == str(row.epoch):
                found[row.id] = ClaimRow(row.id, row.epoch, worker)
    return found


def held_by_worker(tx: Tx) -> Counter[str]:
    """How many attempts that have not ended each worker has, by the worker's name for people."""
    query = select(_TI.epoch, _TI.external_executor_id).where(
        _TI.state.in_(ACTIVE), _TI.external_executor_id.is_not(None)
    )
    held: Counter[str] = Counter()
    for row in tx.execute(query):
        epoch, _, worker = row.external_executor_id.partition(":")
        if epoch == str(row.epoch):
            held[name_of(worker)] += 1
    return held


def name_of(worker: str) -> str:
    """A worker's name for people: its id without what makes it unique."""
    return worker.rpartition("-")[0]
