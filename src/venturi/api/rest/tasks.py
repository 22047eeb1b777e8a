"""Tasks of a DAG, its source and its versions."""

from starlette.responses import PlainTextResponse

from venturi.api.call import Call
from venturi.api.shapes.common import ListQuery
from venturi.api.shapes.dags import DagVersionAnswer, DagVersions, version_answer
from venturi.api.shapes.tasks import (
    SourceAnswer,
    SourceQuery,
    TaskAnswer,
    Tasks,
    TasksQuery,
    task_answers,
)
from venturi.core.errors import InvalidInput, NotFound
from venturi.store.queries.dags import get_dag
from venturi.store.queries.specs import list_versions, source_of, spec_of


def get_tasks(call: Call, dag_id: str, query: TasksQuery) -> Tasks:
    """The tasks of a DAG as its file describes them now."""
    with call.read() as tx:
        tasks = task_answers(spec_of(tx, call.scope, dag_id))
    field = query.order_by.removeprefix("-")
    if field not in TaskAnswer.__struct_fields__:
        raise InvalidInput(f"Tasks cannot be ordered by {field!r}.")
    tasks.sort(
        key=lambda task: _sortable(getattr(task, field)), reverse=query.order_by.startswith("-")
    )
    return Tasks(tasks=tasks, total_entries=len(tasks))


def _sortable(value: object) -> tuple[bool, float, str]:
    number = float(value) if isinstance(value, int | float) else 0.0
    return value is not None, number, str(value)


def get_task(call: Call, dag_id: str, task_id: str) -> TaskAnswer:
    """One task."""
    with call.read() as tx:
        spec = spec_of(tx, call.scope, dag_id)
    for task in task_answers(spec):
        if task.task_id == task_id:
            return task
    raise NotFound(f"DAG {dag_id!r} has no task {task_id!r}.")


def get_dag_source(call: Call, dag_id: str, query: SourceQuery) -> SourceAnswer | PlainTextResponse:
    """The text of the file that a DAG comes from."""
    with call.read() as tx:
        row = get_dag(tx, call.scope, dag_id)
        text = source_of(tx, call.scope, dag_id, query.version_number)
        number = query.version_number
        if number is None:
            number = next(
                (version.version_number for version in list_versions(tx, call.scope, dag_id)), None
            )
    if call.accept.startswith("text/plain"):
        return PlainTextResponse(text)
    return SourceAnswer(
        content=text, dag_id=dag_id, version_number=number, dag_display_name=row.display_name
    )


class VersionsQuery(ListQuery, frozen=True, kw_only=True):
    """Which versions to list."""

    version_number: int | None = None
    bundle_name: str | None = None
    bundle_version: str | None = None


def get_dag_versions(call: Call, dag_id: str, query: VersionsQuery) -> DagVersions:
    """The versions of a DAG, oldest first."""
    paging = call.paging(query.limit, query.offset, query.order_by)
    with call.read() as tx:
        name = get_dag(tx, call.scope, dag_id).display_name
        rows = list_versions(tx, call.scope, dag_id)
    if "-" not in "".join(paging.order)[:1]:
        rows.reverse()
    found = [
        version
        for version in (version_answer(row, name) for row in rows)
        if query.version_number in {None, version.version_number}
        and query.bundle_name in {None, version.bundle_name}
        and query.bundle_version in {None, version.bundle_version}
    ]
    shown = found[paging.offset : paging.offset + (paging.limit or len(found))]
    return DagVersions(dag_versions=shown, total_entries=len(found))


def get_dag_version(call: Call, dag_id: str, version_number: int) -> DagVersionAnswer:
    """One version of a DAG."""
    with call.read() as tx:
        name = get_dag(tx, call.scope, dag_id).display_name
        for row in list_versions(tx, call.scope, dag_id):
            if row.version_number == version_number:
                return version_answer(row, name)
    raise NotFound(f"DAG {dag_id!r} has no version {version_number}.")
