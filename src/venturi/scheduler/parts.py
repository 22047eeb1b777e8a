"""A snapshot taken apart, to find what in it cannot be decided."""

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from venturi.decide.views import Snapshot


class Part(NamedTuple):
    """One run or one DAG, alone in its world."""

    name: str
    snapshot: Snapshot
    run_id: int | None = None
    dag_id: str | None = None


def parts_of(snapshot: Snapshot) -> Iterator[Part]:
    """Every DAG that is due, and every run that something is known of, one at a time."""
    bare = msgspec.structs.replace(snapshot, reports=(), due=(), touched={}, waiting={})
    for dag_id in snapshot.due:
        yield Part(f"DAG {dag_id}", msgspec.structs.replace(bare, due=(dag_id,)), dag_id=dag_id)
    concerned = set(snapshot.touched) | {report.run.id for report in snapshot.reports}
    for run_id in sorted(concerned):
        run = snapshot.runs.get(run_id)
        if run is None:
            continue
        reports = tuple(report for report in snapshot.reports if report.run.id == run_id)
        touched = {run_id: snapshot.touched[run_id]} if run_id in snapshot.touched else {}
        alone = msgspec.structs.replace(bare, reports=reports, touched=touched)
        yield Part(f"Run {run.run_id} of DAG {run.dag_id}", alone, run_id=run_id)
