"""What is known of DAGs and of the files they come from."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import delete, func, insert, or_, select, update

from venturi.core.clock import Instant
from venturi.core.messages import Loaded
from venturi.core.states import RunState
from venturi.decide.calendar import following
from venturi.decide.views import DagView
from venturi.spec.model import DagSpec
from venturi.spec.timetable import describe, summary, type_name
from venturi.spec.timetable.model import Continuous, DataInterval, RunInfo
from venturi.store.access import put_access
from venturi.store.assets import put_assets
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.runs import last_scheduled
from venturi.store.schema.dags import dag, dag_code, dag_file, dag_tag, import_error
from venturi.store.schema.runs import dag_run
from venturi.store.versions import Version, Versions, store_version


def path_hash(path: str) -> str:
    """The key of a path: short enough for an index on every database."""
    return hashlib.sha256(path.encode()).hexdigest()[:40]


def condition_of(file_key: str, depends: str) -> str:
    """What changes when a file, or what it depends on (as JSON), is edited.

    The key of a file that is read anew all the time changes with every reading.
    """
    return path_hash(depends) if depends != "[]" else file_key


def set_next_run(tx: Tx, dag_id: str, info: RunInfo | None, now: Instant) -> None:
    """Note the run that comes next."""
    values = _next_run_values(info)
    tx.execute(update(dag).where(dag.c.dag_id == dag_id).values(**values, last_scheduler_run=now))


def _next_run_values(info: RunInfo | None) -> dict[str, Instant | None]:
    interval = info.data_interval if info else None
    return {
        "next_dagrun": (info.logical_date or info.run_after) if info else None,
        "next_dagrun_data_interval_start": interval.start if interval else None,
        "next_dagrun_data_interval_end": interval.end if interval else None,
        "next_dagrun_create_after": info.run_after if info else None,
    }


def pause(tx: Tx, dag_id: str, reason: str, now: Instant) -> None:
    """The engine pauses a DAG; the audit log says why."""
    changed = tx.execute(
        update(dag).where(dag.c.dag_id == dag_id, dag.c.is_paused.is_(False)).values(is_paused=True)
    )
    if changed.rowcount:
        who = Actor("scheduler", now, "scheduler")
        note(tx, who, "paused", dag_id=dag_id, extra={"reason": reason})


def put_dag(
    tx: Tx,
    spec: DagSpec,
    loaded: Loaded,
    source_hash: str | None,
    *,
    now: Instant,
    paused_at_creation: bool,
) -> tuple[Version, DagView] | None:
    """Take in a DAG as its file describes it now: its row, its version, its next run.

    None when a person has deleted the DAG and its file has not changed since.
    """
    row = tx.execute(select(dag).where(dag.c.dag_id == spec.dag_id)).first()
    depends = json.dumps(loaded.depends)
    if row is not None and row.hidden_key == condition_of(loaded.file.key, depends):
        return None
    version = store_version(tx, spec, loaded.file, loaded.open_because or None, source_hash, now)
    values: dict[str, Any] = {
        "is_active": True,
        "hidden_key": None,
        "last_parsed_time": now,
        "fileloc": loaded.file.path,
        "relative_fileloc": spec.relative_fileloc,
        "bundle_name": "dags-folder",
        "owners": ", ".join(sorted({task.owner for task in spec.tasks})),
        "dag_display_name": spec.label or spec.dag_id,
        "description": spec.description,
        "default_view": spec.default_view,
        "timetable_summary": summary(spec.timetable),
        "timetable_description": describe(spec.timetable)[:1000],
        "timetable_type": type_name(spec.timetable)[:1000],
        "max_active_tasks": spec.max_active_tasks,
        "max_active_runs": spec.max_active_runs,
        "max_consecutive_failed_dag_runs": spec.max_consecutive_failed_dag_runs,
        "has_import_errors": False,
        "version_id": version.id,
        "tags": json.dumps(spec.tags),
    }
    last = last_scheduled(tx, spec.dag_id)
    info = following(spec, last, now)
    values |= _next_run_values(info)
    if row is None or row.hidden_key is not None:  # one that was deleted begins anew
        paused = spec.is_paused_upon_creation
        values["is_paused"] = paused = paused_at_creation if paused is None else paused
    else:
        paused = row.is_paused
    if row is None:
        tx.execute(insert(dag).values(dag_id=spec.dag_id, **values))
    else:
        tx.execute(update(dag).where(dag.c.dag_id == spec.dag_id).values(**values))
    if row is None or json.loads(row.tags or "[]") != list(spec.tags):
        _put_tags(tx, spec)
    put_access(tx, spec)
    put_assets(tx, spec, now)
    view = DagView(
        dag_id=spec.dag_id,
        graph=version.graph,
        version_id=version.id,
        paused=bool(paused),
        next_run=info,
        last_run=last,
    )
    return version, view


def _put_tags(tx: Tx, spec: DagSpec) -> None:
    known = set(tx.execute(select(dag_tag.c.name).where(dag_tag.c.dag_id == spec.dag_id)).scalars())
    if known != set(spec.tags):
        tx.execute(delete(dag_tag).where(dag_tag.c.dag_id == spec.dag_id))
        if spec.tags:
            rows = [{"name": tag, "dag_id": spec.dag_id} for tag in sorted(set(spec.tags))]
            tx.execute(insert(dag_tag), rows)


def put_source(tx: Tx, path: str, source: str, now: Instant) -> str:
    """Keep the text of a file; its hash."""
    digest = hashlib.sha256(source.encode(errors="surrogateescape")).hexdigest()[:40]
    known = tx.execute(
        select(dag_code.c.source_hash).where(dag_code.c.source_hash == digest)
    ).first()
    if known is None:
        text = source.encode(errors="surrogateescape").decode(errors="replace")
        tx.execute(
            insert(dag_code).values(
                source_hash=digest, fileloc=path, source_code=text, last_updated=now
            )
        )
    return digest


def put_file(tx: Tx, loaded: Loaded, now: Instant) -> None:
    """Note how a file was read: on what it depends, whether it is open, its error if any."""
    path = loaded.file.path
    values = {
        "path": path,
        "file_key": loaded.file.key,
        "depends": json.dumps(loaded.depends),
        "open_because": loaded.open_because or None,
        "warnings": json.dumps(loaded.warnings),
        "dag_count": len(loaded.dags),
        "last_parsed": now,
        "parse_seconds": loaded.seconds,
    }
    key = path_hash(path)
    changed = tx.execute(update(dag_file).where(dag_file.c.path_hash == key).values(**values))
    if changed.rowcount == 0:
        tx.execute(insert(dag_file).values(path_hash=key, **values))


def put_import_error(tx: Tx, path: str, text: str | None, now: Instant) -> None:
    """Set or clear the import error of a file."""
    known = tx.execute(
        select(import_error.c.stacktrace).where(import_error.c.filename == path)
    ).first()
    if (known.stacktrace if known is not None else None) == text:
        return
    if known is not None:
        tx.execute(delete(import_error).where(import_error.c.filename == path))
    if text is not None:
        tx.execute(
            insert(import_error).values(
                filename=path, stacktrace=text, timestamp=now, bundle_name="dags-folder"
            )
        )
    tx.execute(update(dag).where(dag.c.fileloc == path).values(has_import_errors=text is not None))


def import_error_of(tx: Tx, path: str) -> str | None:
    """The import error of a file, None when it has none."""
    return tx.execute(
        select(import_error.c.stacktrace).where(import_error.c.filename == path)
    ).scalar_one_or_none()


def forget_file(tx: Tx, path: str) -> None:
    """A file is gone: its error and its record with it."""
    tx.execute(delete(dag_file).where(dag_file.c.path_hash == path_hash(path)))
    tx.execute(delete(import_error).where(import_error.c.filename == path))


def deactivate(tx: Tx, dag_ids: Iterable[str]) -> None:
    """These DAGs are in no file any more. Their history stays."""
    ids = list(dag_ids)
    if ids:
        tx.execute(
            update(dag)
            .where(dag.c.dag_id.in_(ids))
            .values(is_active=False, next_dagrun_create_after=None)
        )


def active_files(tx: Tx) -> Mapping[str, set[str]]:
    """Files of active DAGs, with the DAGs they define."""
    files: dict[str, set[str]] = {}
    query = select(dag.c.fileloc, dag.c.dag_id).where(dag.c.is_active.is_(True))
    for path, dag_id in tx.execute(query):
        files.setdefault(path or "", set()).add(dag_id)
    return files


def load_dags(tx: Tx, versions: Versions, dag_ids: Sequence[str] | None = None) -> list[DagView]:
    """DAGs as the scheduler sees them: all active ones, or the given."""
    query = select(dag).where(dag.c.version_id.is_not(None))
    if dag_ids is None:
        query = query.where(dag.c.is_active.is_(True))
    else:
        query = query.where(dag.c.dag_id.in_(dag_ids))
    views = []
    rows = tx.execute(query).all()
    failures = _failures(tx, [row.dag_id for row in rows if row.max_consecutive_failed_dag_runs])
    for row in rows:
        version = versions.find(tx, row.version_id)
        if version is None:
            continue  # reading its file again mends it
        views.append(
            DagView(
                dag_id=row.dag_id,
                graph=version.graph,
                version_id=version.id,
                paused=bool(row.is_paused),
                present=bool(row.is_active),
                next_run=_next_run(row),
                last_run=last_scheduled(tx, row.dag_id)
                if isinstance(version.graph.spec.timetable, Continuous)
                else None,
                failures=failures.get(row.dag_id, 0),
            )
        )
    return views


def _failures(tx: Tx, dag_ids: Sequence[str]) -> dict[str, int]:
    """How many of the runs that ended last have failed one after the other, by DAG."""
    counts: dict[str, int] = {}
    other, table = dag_run.alias(), dag_run
    last_success = (
        select(func.max(other.c.end_date))
        .where(other.c.dag_id == table.c.dag_id, other.c.state == RunState.SUCCESS)
        .scalar_subquery()
    )
    for start in range(0, len(dag_ids), 500):
        query = (
            select(table.c.dag_id, func.count())
            .where(
                table.c.dag_id.in_(dag_ids[start : start + 500]),
                table.c.state == RunState.FAILED,
                or_(last_success.is_(None), table.c.end_date > last_success),
            )
            .group_by(table.c.dag_id)
        )
        counts |= {row[0]: row[1] for row in tx.execute(query)}
    return counts


def next_run_of(tx: Tx, dag_id: str) -> RunInfo | None:
    """The run that was noted as the DAG's next, None for none."""
    row = tx.execute(select(dag).where(dag.c.dag_id == dag_id)).first()
    return None if row is None else _next_run(row)


def _next_run(row: Any) -> RunInfo | None:
    if row.next_dagrun_create_after is None:
        return None
    interval = None
    if row.next_dagrun_data_interval_start is not None:
        interval = DataInterval(
            start=row.next_dagrun_data_interval_start, end=row.next_dagrun_data_interval_end
        )
    return RunInfo(
        run_after=row.next_dagrun_create_after,
        logical_date=row.next_dagrun,
        data_interval=interval,
    )


class KnownFile(NamedTuple):
    """What was known of a DAG file when it was last read."""

    path: str
    key: str
    depends: tuple[tuple[str, str], ...]
    is_open: bool


def known_files(tx: Tx) -> list[KnownFile]:
    """All DAG files that have been read."""
    return [
        KnownFile(
            row.path,
            row.file_key,
            tuple((path, stamp) for path, stamp in json.loads(row.depends)),
            row.open_because is not None,
        )
        for row in tx.execute(select(dag_file))
    ]
