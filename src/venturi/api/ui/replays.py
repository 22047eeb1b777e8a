"""Replaying a run from a task on."""

from typing import Any

import msgspec

from venturi.api.call import Call
from venturi.store.bell import Ring
from venturi.store.commands import replays
from venturi.store.queries.runs import get_run


class ReplayBody(msgspec.Struct, frozen=True, kw_only=True):
    """From which tasks on, none: all; with which conf, null: that of the run."""

    from_tasks: list[str] = []
    latest_code: bool = False
    conf: dict[str, Any] | None = None


class ReplayAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The run that was made, and the tasks whose results it takes over."""

    run_id: str
    copied: list[str]


def post_replay(call: Call, dag_id: str, run_id: str, body: ReplayBody) -> ReplayAnswer:
    """Make a run with the dates of this one that begins at some tasks."""
    wanted = replays.WantedReplay(
        dag_id=dag_id,
        run_id=run_id,
        from_tasks=tuple(body.from_tasks),
        latest_code=body.latest_code,
        conf=body.conf,
    )
    with call.read() as tx:
        get_run(tx, call.scope, dag_id, run_id)
    made = call.change(
        lambda tx: replays.replay(tx, wanted, call.actor),
        lambda made: Ring(dag_ids=(dag_id,), run_ids=(made.id,)),
    )
    return ReplayAnswer(run_id=made.run_id, copied=made.copied)
