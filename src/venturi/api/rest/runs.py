"""Runs of DAGs."""

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.shapes.common import page_facts
from venturi.api.shapes.dags import MaskQuery
from venturi.api.shapes.runs import (
    ALL,
    RunAnswer,
    RunPatch,
    Runs,
    RunsBatch,
    RunsQuery,
    TriggerBody,
    batch_filter,
    run_answer,
    run_filter,
    wanted_run,
)
from venturi.core.errors import Conflict
from venturi.core.states import RunState
from venturi.store.bell import Ring
from venturi.store.commands import runs as commands
from venturi.store.engine import Tx
from venturi.store.queries.dags import get_dag
from venturi.store.queries.facts import version_rows
from venturi.store.queries.paging import Page, Paging
from venturi.store.queries.runs import RunRow, get_run, list_runs


def get_dag_runs(call: Call, dag_id: str, query: RunsQuery) -> Runs:
    """A page of a DAG's runs, or of all with `~`."""
    order = query.order_by or ["id"]
    paging = call.paging(query.limit, query.offset, order, query.cursor)
    with call.read() as tx:
        if dag_id != ALL:
            get_dag(tx, call.scope, dag_id)
        return answer(tx, list_runs(tx, call.scope, run_filter(dag_id, query), paging))


def get_list_dag_runs_batch(call: Call, dag_id: str, body: RunsBatch) -> Runs:
    """A page of runs of several DAGs."""
    if dag_id != ALL:
        raise Refused(400, "The DAG in this address must be `~`; name DAGs in `dag_ids`.")
    order = [body.order_by] if body.order_by else ["id"]
    with call.read() as tx:
        paging = call.paging(body.page_limit, body.page_offset, order)
        return answer(tx, list_runs(tx, call.scope, batch_filter(body), paging))


def answer(tx: Tx, page: Page[RunRow]) -> Runs:
    """A page of runs with all that they name."""
    versions = version_rows(tx, [row.version_id for row in page.rows])
    return Runs(dag_runs=[run_answer(row, versions) for row in page.rows], **page_facts(page))


def get_dag_run(call: Call, dag_id: str, dag_run_id: str) -> RunAnswer:
    """One run."""
    with call.read() as tx:
        row = get_run(tx, call.scope, dag_id, dag_run_id)
        return run_answer(row, version_rows(tx, [row.version_id]))


def trigger_dag_run(call: Call, dag_id: str, body: TriggerBody) -> RunAnswer:
    """Make a run now."""
    wanted = wanted_run(dag_id, body)
    overrides = call.api.conf.getboolean("core", "dag_run_conf_overrides_params", fallback=True)
    try:
        made = call.change(
            lambda tx: commands.trigger(tx, wanted, call.actor, conf_overrides_params=overrides),
            lambda made: Ring(dag_ids=(dag_id,), run_ids=(made.id,)),
        )
    except commands.RunAlreadyExists:
        raise
    except Conflict as error:  # the DAG cannot be run: in the contract a bad request
        raise Refused(400, str(error)) from error
    return get_dag_run(call, dag_id, made.run_id)


def patch_dag_run(
    call: Call, dag_id: str, dag_run_id: str, query: MaskQuery, body: RunPatch
) -> RunAnswer:
    """Mark a run, or write a note on it."""
    fields = query.update_mask or ["state", "note"]

    def change(tx: Tx) -> int:
        row_id = get_run(tx, call.scope, dag_id, dag_run_id).id
        if "state" in fields and isinstance(body.state, str):
            state = RunState(body.state)
            commands.set_run_state(tx, dag_id, dag_run_id, state, call.actor)
        if "note" in fields and (isinstance(body.note, str) or body.note is None):
            commands.set_note(tx, dag_id, dag_run_id, body.note, call.actor)
        return row_id

    call.change(change, lambda row_id: Ring(dag_ids=(dag_id,), run_ids=(row_id,)))
    return get_dag_run(call, dag_id, dag_run_id)


def delete_dag_run(call: Call, dag_id: str, dag_run_id: str) -> None:
    """Delete a run with its task instances."""
    call.change(
        lambda tx: commands.delete_run(tx, dag_id, dag_run_id, call.actor),
        lambda row_id: Ring(dag_ids=(dag_id,), run_ids=(row_id,)),
    )


#: One row is enough where only the total is asked for.
FIRST = Paging(limit=1)
