"""Tasks by runs, one run for the graph, and the graph's structure."""

from datetime import datetime

import msgspec

from venturi.api.call import Call
from venturi.api.ui.cells import Cells, packed
from venturi.api.ui.structure import Edge, GridTask, Node, edges, nodes
from venturi.store.queries.dags import get_dag
from venturi.store.queries.grid import StateCell, grid_cells, run_cells
from venturi.store.queries.paging import Paging
from venturi.store.queries.runs import Between, RunFilter, RunRow, get_run, list_runs
from venturi.store.queries.specs import spec_of

#: Columns of a grid, at most.
RUNS_MAX = 365


class GridQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which columns; without cells, the runs alone."""

    cells: bool = True
    limit: int = 25
    before: datetime | None = None
    run_type: list[str] = []
    state: list[str] = []


class GridRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run as the head of a column."""

    run_id: str
    run_type: str
    state: str
    run_after: datetime
    logical_date: datetime | None
    data_interval_start: datetime | None
    data_interval_end: datetime | None
    queued_at: datetime | None
    start_date: datetime | None
    end_date: datetime | None
    duration: float | None
    version_number: int | None
    reason: str | None
    has_note: bool


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """Rows, columns, and the cells of the rows that are tasks, in their order."""

    tasks: list[GridTask]
    runs: list[GridRun]
    cells: Cells
    older: datetime | None


class StructureQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which version; none: the present one."""

    version: int | None = None


class Structure(msgspec.Struct, frozen=True, kw_only=True):
    """A graph."""

    version_number: int | None
    nodes: list[Node]
    edges: list[Edge]


class RunStates(msgspec.Struct, frozen=True, kw_only=True):
    """One run with the states of its tasks."""

    run: GridRun
    cells: dict[str, StateCell]


def grid_run(row: RunRow) -> GridRun:
    """A run for a grid."""
    return GridRun(
        run_id=row.run_id,
        run_type=row.run_type,
        state=row.state,
        run_after=row.run_after,
        logical_date=row.logical_date,
        data_interval_start=row.data_interval_start,
        data_interval_end=row.data_interval_end,
        queued_at=row.queued_at,
        start_date=row.start_date,
        end_date=row.end_date,
        duration=row.duration,
        version_number=row.version_number,
        reason=row.reason,
        has_note=bool(row.note),
    )


def get_grid(call: Call, dag_id: str, query: GridQuery) -> Grid:
    """A DAG's tasks by its last runs."""
    limit = max(1, min(query.limit, RUNS_MAX))
    which = RunFilter(
        dag_ids=(dag_id,),
        states=tuple(query.state),
        run_types=tuple(query.run_type),
        run_after=None if query.before is None else Between(lt=query.before),
    )
    with call.read() as tx:
        dag = get_dag(tx, call.scope, dag_id)
        page = list_runs(tx, call.scope, which, Paging(limit))
        rows = call.api.specs.of(tx, dag).rows if query.cells else []
        cells = grid_cells(tx, page.rows) if query.cells else {}
    names = [row.id for row in rows if row.kind == "task"]
    # Tasks that the file does not have any more, but these runs do.
    gone = sorted({name for found in cells.values() for name in found}.difference(names))
    runs = page.rows[::-1]
    return Grid(
        tasks=[*rows, *(GridTask(id=name, label=name) for name in gone)],
        runs=[grid_run(row) for row in runs],
        cells=packed([*names, *gone], {row.run_id: cells.get(row.id, {}) for row in runs}),
        older=runs[0].run_after if runs and page.total > len(runs) else None,
    )


def get_structure(call: Call, dag_id: str, query: StructureQuery) -> Structure:
    """A DAG's graph, as its file describes it now or as a version did."""
    with call.read() as tx:
        dag = get_dag(tx, call.scope, dag_id)
        if query.version is None:
            spec = call.api.specs.of(tx, dag).spec
        else:
            spec = spec_of(tx, call.scope, dag_id, query.version)
    return Structure(version_number=query.version, nodes=nodes(spec), edges=edges(spec))


def get_run_states(call: Call, dag_id: str, run_id: str) -> RunStates:
    """A run with the states of its tasks."""
    with call.read() as tx:
        row = get_run(tx, call.scope, dag_id, run_id)
        return RunStates(run=grid_run(row), cells=run_cells(tx, row))
