"""Why a DAG, a run or a task does not run."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.decide.why import Reason
from venturi.executors.installed import installed
from venturi.store.engine import Tx
from venturi.store.queries.dags import get_dag
from venturi.store.queries.runs import get_run
from venturi.store.queries.why import explain_dag, explain_run, explain_task, newest_run


class WhyQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What of the DAG; nothing named: the DAG itself. A task without a run: in the latest."""

    dag_run_id: str | None = None
    task_id: str | None = None
    #: which instance of a mapped task; none named: all
    map_index: int | None = None


class Unmet(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that is not met."""

    rule: str
    subject: str
    reason: str
    until: datetime | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Every condition that is not met; none: nothing holds it."""

    reasons: list[Unmet]
    total_entries: int


def get_why(call: Call, dag_id: str, query: WhyQuery) -> Why:
    """Every condition that keeps a DAG, a run or a task from running."""
    with call.read() as tx:
        found = _reasons(tx, call, dag_id, query)
    reasons = [
        Unmet(rule=each.row, subject=each.subject, reason=each.text, until=each.until)
        for each in found
    ]
    return Why(reasons=reasons, total_entries=len(reasons))


def _reasons(tx: Tx, call: Call, dag_id: str, query: WhyQuery) -> list[Reason]:
    limits, now = installed(call.api.conf), call.now
    if query.dag_run_id is None and query.task_id is None:
        return explain_dag(tx, call.scope, dag_id, limits, now)
    get_dag(tx, call.scope, dag_id)
    run_id = query.dag_run_id or newest_run(tx, call.scope, dag_id)
    if run_id is None:
        raise Refused(404, f"DAG {dag_id!r} has no run yet.")
    row = get_run(tx, call.scope, dag_id, run_id)
    if query.task_id is None:
        return explain_run(tx, row, limits, now)
    return explain_task(tx, row, query.task_id, query.map_index, limits, now)
