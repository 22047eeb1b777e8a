"""Keeping the board in step with what others write: people's clicks and commands."""

from venturi.core.states import ACTIVE
from venturi.decide.board import Board
from venturi.scheduler.intake import Intake
from venturi.scheduler.link import Link
from venturi.scheduler.step import Stepper
from venturi.store.bell import Ring
from venturi.store.dags import load_dags
from venturi.store.engine import Store
from venturi.store.pools import load_pools
from venturi.store.runs import active_revisions, active_runs_of, revisions_of


class Mirror:
    """Loads again what somebody else has changed."""

    def __init__(self, *, store: Store, stepper: Stepper, intake: Intake, link: Link) -> None:
        self.store, self.stepper, self.intake, self.link = store, stepper, intake, link
        self.board: Board = stepper.board

    def follow(self, note: Ring) -> None:
        """Look at what a ring of the bell names."""
        if note.pools:
            with self.store.read() as tx:
                self.board.pools = load_pools(tx)
            self.board.due.update(self.board.dags)
        if note.path:
            self.intake.request_path(note.path)
        if note.dag_ids:
            self._refresh_dags(note.dag_ids)
        self._reload(set(note.run_ids) | self._active_runs_of(note.dag_ids))

    def compare(self) -> None:
        """Find every run and DAG whose rows are not what the board believes."""
        with self.store.read() as tx:
            self.board.pools = load_pools(tx)
            seen = active_revisions(tx)
            before = self.board.looked_back_at()
            past = revisions_of(tx, before)
        known = {run.id: run.revision for run in self.board.runs.values()}
        changed = {i for i in seen if known.get(i) != seen[i]} | (set(known) - set(seen))
        self._reload(changed | {i for i in before if past.get(i) != before[i]})
        self._refresh_dags(None)

    def _active_runs_of(self, dag_ids: tuple[str, ...]) -> set[int]:
        if not dag_ids:
            return set()
        with self.store.read() as tx:
            found = active_runs_of(tx, dag_ids)
        return found | {run.id for run in self.board.runs.values() if run.dag_id in dag_ids}

    def _refresh_dags(self, dag_ids: tuple[str, ...] | None) -> None:
        """Take over what people have changed in DAG rows: paused, deleted."""
        with self.store.read() as tx:
            found = {v.dag_id: v for v in load_dags(tx, self.stepper.versions, dag_ids)}
        for dag_id in dag_ids if dag_ids is not None else set(found) | set(self.board.dags):
            row, view = found.get(dag_id), self.board.dags.get(dag_id)
            if row is None and view is not None and (dag_ids is not None or view.present):
                self.board.drop_dag(dag_id)
                self.intake.newest.pop(dag_id, None)
            elif row is not None and view is not None and row.paused != view.paused:
                view.paused = row.paused
                self.board.look_at_dag(dag_id)
            elif row is not None and view is None and row.present:
                self.board.put_dag(row)

    def _reload(self, run_ids: set[int]) -> None:
        """Load runs again; attempts that somebody has taken away meanwhile are ended."""
        if not run_ids:
            return
        before = {
            instance.id: instance.epoch
            for run_id in run_ids
            if (run := self.board.runs.get(run_id)) is not None
            for group in run.instances
            for instance in group
            if instance.state in ACTIVE
        }
        self.stepper.reload(run_ids)
        for ti_id, epoch in before.items():
            owned = self.board.owner.get(ti_id)
            if owned is None or owned[1].epoch != epoch:
                self.link.cancel(ti_id, epoch, "somebody cleared or marked it")
