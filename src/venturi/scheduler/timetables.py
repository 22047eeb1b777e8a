"""Timetables of authors' own: only the runner may run their code, so it is asked for the next run.

A DAG whose timetable fails keeps its runs and can be triggered; it gets no scheduled run until its
file changes or a later question is answered, and its import error says why.
"""

from collections.abc import Callable, Iterable, Mapping

from venturi.core.attempts import FileRef
from venturi.core.clock import Clock
from venturi.core.messages import AskTimetable, TimetableSaid
from venturi.decide.board import Board
from venturi.decide.calendar import restriction_of
from venturi.decide.views import DagView
from venturi.spec.timetable import can_be_scheduled, needs_runner
from venturi.spec.timetable.model import DataInterval, RunInfo
from venturi.store import dags as dag_rows
from venturi.store.engine import Store, Tx
from venturi.store.runs import last_scheduled
from venturi.store.versions import Version

#: Seconds after which a timetable that failed is asked again: perhaps it asks somebody else.
AGAIN = 300.0


class Timetables:
    """What has been asked, and what came of it."""

    def __init__(
        self,
        *,
        store: Store,
        board: Board,
        newest: Mapping[str, Version],
        source_of: Callable[[Tx, FileRef], FileRef],
        send: Callable[[AskTimetable], None],
        clock: Clock,
        say: Callable[[str], None],
        limit: float = 30.0,
    ) -> None:
        self.store, self.board, self.newest = store, board, newest
        self.source_of, self.send, self.clock, self.say = source_of, send, clock, say
        self.limit = limit
        #: what is being asked, with the last run that the question named
        self.asked: dict[str, tuple[int, RunInfo | None]] = {}
        #: when those that failed are asked again
        self.failed: dict[str, float] = {}
        self._count = 0

    def ask(self, dag_ids: Iterable[str]) -> None:
        """Have the runner ask the timetables of those DAGs that have one of their own."""
        for dag_id in dag_ids:
            view = self.board.dags.get(dag_id)
            if view is not None and view.present and dag_id in self.newest:
                timetable = view.graph.spec.timetable
                if needs_runner(timetable) and can_be_scheduled(timetable):
                    self._ask(view)

    def ask_unknown(self) -> None:
        """Ask for every next run that is not known: at the start, and after a failure."""
        now = self.clock.monotonic()
        for dag_id, view in self.board.dags.items():
            if view.next_run is None and needs_runner(view.graph.spec.timetable):
                due = self.failed.get(dag_id, 0.0)
                if dag_id not in self.asked and now >= due:
                    self.ask((dag_id,))

    def ask_again(self) -> None:
        """The runner is another one: what was not answered is asked again."""
        asked, self.asked = set(self.asked), {}
        self.ask(asked)
        self.ask_unknown()

    def _ask(self, view: DagView) -> None:
        version, bounds = self.newest[view.dag_id], restriction_of(view.graph.spec)
        with self.store.read() as tx:
            last = view.last_run or last_scheduled(tx, view.dag_id)
            file = self.source_of(tx, version.file)
        interval = _interval_of(last) if last is not None else None
        self._count += 1
        self.asked[view.dag_id] = (self._count, last)
        self.send(
            AskTimetable(
                ask_id=self._count,
                file=file,
                dag_id=view.dag_id,
                last_start=interval.start if interval else None,
                last_end=interval.end if interval else None,
                earliest=bounds.earliest,
                latest=bounds.latest,
                catchup=bounds.catchup,
                fresh=version.open_because is not None,
                limit=self.limit,
            )
        )

    def hear(self, said: TimetableSaid) -> None:
        """Take the answer over; one to an older question counts no more."""
        asked = self.asked.get(said.dag_id)
        view = self.board.dags.get(said.dag_id)
        if asked is None or asked[0] != said.ask_id:
            return
        del self.asked[said.dag_id]
        if view is None:
            return
        info, error = _run_of(said), said.error
        if (
            not error
            and info is not None
            and asked[1] is not None
            and not _is_later(info, asked[1])
        ):
            error = (
                f"its timetable answered {info.logical_date} for the run after "
                f"{asked[1].logical_date}; the next run has to be a later one."
            )
        self._note(view, None if error else info, error)

    def _note(self, view: DagView, info: RunInfo | None, error: str) -> None:
        known = view.dag_id in self.failed
        path, mark = self.newest[view.dag_id].file.path, f"DAG {view.dag_id!r} is not scheduled: "
        now = self.clock.now()

        def write(tx: Tx) -> None:
            dag_rows.set_next_run(tx, view.dag_id, info, now)
            before = dag_rows.import_error_of(tx, path)
            if error and (before is None or before.startswith(mark)):
                dag_rows.put_import_error(tx, path, mark + error, now)
            elif not error and before is not None and before.startswith(mark):
                dag_rows.put_import_error(tx, path, None, now)

        self.store.retrying(write)
        view.next_run = info
        if error:
            self.failed[view.dag_id] = self.clock.monotonic() + AGAIN
            if not known:
                self.say(mark + error.partition("\n")[0])
        else:
            self.failed.pop(view.dag_id, None)
        self.board.look_at_dag(view.dag_id)


def _interval_of(last: RunInfo) -> DataInterval:
    at = last.logical_date or last.run_after
    return last.data_interval or DataInterval(start=at, end=at)


def _run_of(said: TimetableSaid) -> RunInfo | None:
    if said.run_after is None:
        return None
    interval = None
    if said.start is not None and said.end is not None:
        interval = DataInterval(start=said.start, end=said.end)
    return RunInfo(run_after=said.run_after, logical_date=said.logical_date, data_interval=interval)


def _is_later(info: RunInfo, last: RunInfo) -> bool:
    if info.logical_date is None or last.logical_date is None:
        return info.run_after > last.run_after
    return info.logical_date > last.logical_date
