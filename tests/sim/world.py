"""A world in which everything goes wrong that can: rows, schedulers, a machine, and people.

Every method without underscore is something that may happen. Words between scheduler and machine
lie in `net` until somebody delivers them - in any order, twice, or never. `calm` ends all faults
and requires that every run comes to its end by itself.
"""

from collections.abc import Callable
from datetime import timedelta
from random import Random

from tests import make
from tests.sim import laws
from tests.sim.dags import END, random_dag
from tests.sim.machine import Machine, Order, Word, random_result
from tests.sim.rows import LostLease, Rows
from tests.sim.shell import Shell
from venturi.core.attempts import Result
from venturi.core.clock import Instant
from venturi.core.states import RUN_TERMINAL, TERMINAL, RunState, RunType, TaskState
from venturi.decide.calendar import following
from venturi.decide.views import DagView, PoolView, RunView
from venturi.spec.graph import Graph
from venturi.spec.timetable.model import Continuous, RunInfo

T = TaskState
#: Runs of one DAG above which nobody triggers more: worlds stay small.
MANY = 8


class World:
    """Rows, a machine, one or two schedulers and a clock."""

    def __init__(self, rng: Random, *, thorough: bool = True) -> None:
        self.rng, self.thorough = rng, thorough
        self.now: Instant = make.NOW
        self.rows = Rows()
        self.rows.parallelism = rng.randint(2, 6)
        self.rows.pools = {"default_pool": PoolView(rng.randint(2, 6)), "small": PoolView(2)}
        for number in range(rng.randint(1, 2)):
            self._put_dag(f"d{number}")
        self.machine = Machine()
        self.net: list[Order | Word] = []
        self.places = rng.randint(2, 6)
        self.shell = Shell(self.rows, self.places, thorough=thorough)
        #: a scheduler that was taken for dead and is not
        self.ghost: Shell | None = None
        self.bell_is_heard = True

    def _put_dag(self, dag_id: str) -> DagView:
        spec = random_dag(self.rng, dag_id)
        old = self.rows.dags.get(dag_id)
        last = old.last_run if old is not None else None
        view = DagView(
            dag_id=dag_id,
            graph=Graph(spec),
            paused=old.paused if old is not None else False,
            last_run=last,
            next_run=following(spec, last, self.now),
        )
        self.rows.dags[dag_id] = view
        return view

    # --- the engine --------------------------------------------------------------------------

    def tick(self) -> None:
        """The scheduler has its turn."""
        self._run(self.shell)

    def tick_too_late(self) -> None:
        """The scheduler decides; before it writes, somebody changes what it saw."""
        self.bell_is_heard = False
        self._run(self.shell, self.rng.choice([self.clear, self.mark_task, self.mark_run]))
        self.bell_is_heard = True

    def _run(self, shell: Shell, meanwhile: Callable[[], None] | None = None) -> None:
        self.net += shell.run(self.now, meanwhile)
        if self.rng.random() < 0.9:  # acknowledgements get lost too
            for key in shell.acks:
                self.machine.journal.pop(key, None)
        shell.acks.clear()

    def kill_scheduler(self) -> None:
        """It dies with all it knew; the next one loads the rows and asks the machine."""
        self.shell = Shell(self.rows, self.places, thorough=self.thorough)
        self.sweep()

    def kill_scheduler_between_commit_and_words(self) -> None:
        """It writes, and dies before it has said anything."""
        self.shell.run(self.now)
        self.kill_scheduler()

    def second_scheduler(self) -> None:
        """Somebody takes over from one that lives; the old one does not know yet."""
        self.ghost = self.shell
        self.kill_scheduler()

    def ghost_ticks(self) -> None:
        """The old scheduler wants to write: it learns that it has lost its lease."""
        if self.ghost is not None:
            before = laws.everything(self.rows)
            try:
                self.ghost.run(self.now)
            except LostLease:
                self.ghost = None
            assert laws.everything(self.rows) == before, "a scheduler without lease has written"

    def sweep(self) -> None:
        """The safety net: what was lost is said again, what vanished is called lost."""
        self.net += self.shell.look_everywhere()
        for run in list(self.shell.board.runs.values()):
            for group in run.instances:
                for row in group:
                    if self.machine.knows(row.id, row.epoch):
                        continue
                    if row.state is T.QUEUED:
                        self.net.append(Order(row.id, row.epoch))
                    elif row.state is T.RUNNING:
                        lost = Result(state=T.FAILED, lost=True, reason="lost")
                        self.shell.hear(Word(row.id, row.epoch, lost))
        for (ti_id, epoch), result in list(self.machine.journal.items()):
            self.shell.hear(Word(ti_id, epoch, result))

    # --- the machine -------------------------------------------------------------------------

    def deliver(self) -> None:
        """Some word arrives, whichever."""
        if self.net:
            self._arrive(self.net.pop(self.rng.randrange(len(self.net))))

    def deliver_twice(self) -> None:
        """Some word arrives, and will again."""
        if self.net:
            self._arrive(self.rng.choice(self.net))

    def lose(self) -> None:
        """Some word never arrives."""
        if self.net:
            self.net.pop(self.rng.randrange(len(self.net)))

    def _arrive(self, word: Order | Word) -> None:
        if isinstance(word, Word):
            self.shell.hear(word)
            return
        answer = self.machine.take(word)
        if answer is not None:
            self.net.append(answer)

    def finish(self) -> None:
        """Some attempt ends, in whatever way."""
        if self.machine.live:
            ti_id = self.rng.choice(sorted(self.machine.live))
            run, row = self.rows.where[ti_id]
            below = [run.graph.tasks[n].task_id for n in run.graph.downstream[row.task]]
            result = random_result(self.rng, run.graph.tasks[row.task], below, self.now)
            self.net.append(self.machine.end(ti_id, result))

    def kill_task(self) -> None:
        """Some task process vanishes; its runner sees it."""
        if self.machine.live:
            ti_id = self.rng.choice(sorted(self.machine.live))
            self.net.append(self.machine.end(ti_id, Result(state=T.FAILED, lost=True)))

    def kill_machine(self) -> None:
        """The runner dies with all its tasks, its memory and whatever was on its way."""
        self.machine = Machine()
        self.net.clear()
        self.sweep()

    # --- people ------------------------------------------------------------------------------

    def _some_run(self) -> RunView | None:
        return self.rng.choice(list(self.rows.runs.values())) if self.rows.runs else None

    def _tell(self, run: RunView) -> None:
        """Ring the bell, unless it is not heard."""
        if self.bell_is_heard and self.rng.random() < 0.8:
            self.net += self.shell.reload({run.id})

    def clear(self) -> None:
        """Some task of some run, with or without what follows it."""
        run = self._some_run()
        if run is not None and run.graph.tasks:
            number = self.rng.randrange(len(run.graph.tasks))
            below = run.graph.reachable([number]) if self.rng.random() < 0.5 else set()
            self.rows.clear(run, {number, *below})
            self._tell(run)

    def mark_task(self) -> None:
        run = self._some_run()
        if run is not None:
            row = self.rng.choice(self.rng.choice(run.instances))
            self.rows.mark_task(run, row, self.rng.choice([T.SUCCESS, T.FAILED, T.SKIPPED]))
            self._tell(run)

    def mark_run(self) -> None:
        run = self._some_run()
        if run is not None:
            self.rows.mark_run(run, self.rng.choice([RunState.SUCCESS, RunState.FAILED]))
            self._tell(run)

    def trigger(self) -> None:
        dag = self.rng.choice(list(self.rows.dags.values()))
        if sum(run.dag_id == dag.dag_id for run in self.rows.runs.values()) < MANY:
            at = self.now if self.rng.random() < 0.5 else None
            info = RunInfo(run_after=self.now, logical_date=at)
            if any(r.run_after == self.now for r in self.rows.runs.values()):
                return
            row_id = self.rows.create_run(dag, info, RunType.MANUAL)
            if row_id is not None:
                self._tell(self.rows.runs[row_id])

    def pause(self) -> None:
        self._set_paused(self.rng.choice(sorted(self.rows.dags)), paused=True)

    def unpause(self) -> None:
        self._set_paused(self.rng.choice(sorted(self.rows.dags)), paused=False)

    def _set_paused(self, dag_id: str, *, paused: bool) -> None:
        self.rows.dags[dag_id].paused = paused
        self.shell.board.dags[dag_id].paused = paused
        self.shell.board.look_at_dag(dag_id)

    def resize_pool(self) -> None:
        name = self.rng.choice(sorted(self.rows.pools))
        self.rows.pools[name] = PoolView(self.rng.choice([-1, 0, 1, 2, 5]))

    def edit_dag(self) -> None:
        """A new version: runs that there are keep theirs."""
        dag_id = self.rng.choice(sorted(self.rows.dags))
        view = self._put_dag(dag_id)
        self.shell.board.put_dag(
            DagView(
                dag_id=dag_id,
                graph=view.graph,
                paused=view.paused,
                next_run=view.next_run,
                last_run=view.last_run,
            )
        )

    def wait(self) -> None:
        """Time goes by."""
        self.now += timedelta(seconds=self.rng.choice([1, 30, 400, 3600]))

    def clock_back(self) -> None:
        """Somebody sets the clock back a little."""
        self.now -= timedelta(seconds=self.rng.choice([1, 60]))

    # --- the end -----------------------------------------------------------------------------

    def calm(self) -> None:
        """Law 11: without faults every run ends, woken by nothing but words and alarms."""
        self.ghost = None
        self.rows.pools |= {"default_pool": PoolView(4), "small": PoolView(-1)}
        for dag_id in sorted(self.rows.dags):
            self._set_paused(dag_id, paused=False)
        self.sweep()
        rng, self.rng = self.rng, Random(0)
        self.rng.random = lambda: 0.4  # type: ignore[method-assign]  # all succeed, nothing is lost
        for _ in range(4000):
            self.tick()
            while self.net:
                self._arrive(self.net.pop(0))
            for ti_id in sorted(self.machine.live):
                run, row = self.rows.where[ti_id]
                task = run.graph.tasks[row.task]
                self.net.append(
                    self.machine.end(ti_id, random_result(self.rng, task, (), self.now))
                )
            if self.net or self.shell.finished or self.shell.started:
                continue
            at = self.shell.board.next_at()
            if at is None or (at > END + timedelta(days=2)):
                break
            # Twenty minutes at least, so that a continuous schedule has an end.
            self.now = max(self.now + timedelta(minutes=20), at)
        self.rng = rng
        self._everything_ended()

    def _everything_ended(self) -> None:
        open_ = {run.id: run for run in self.rows.runs.values() if run.state not in RUN_TERMINAL}
        for run in sorted(open_.values(), key=lambda r: (r.logical_date or END, r.id)):
            reasons = [
                f"{laws.name(run, row)} is {row.state}"
                for group in run.instances
                for row in group
                if row.state not in TERMINAL
            ]
            assert self._is_excused(run, open_), f"{run.run_id} is {run.state}: {reasons}"
        for dag in self.rows.dags.values():
            due = dag.next_run is not None and dag.next_run.run_after <= self.now
            blocked = dag.dag_id in self.rows.paused_by_engine and dag.paused
            blocked |= any(run.dag_id == dag.dag_id for run in open_.values())
            # The next run of a continuous schedule is only known once it is made.
            blocked |= isinstance(dag.graph.spec.timetable, Continuous)
            assert blocked or not due, f"{dag.dag_id}: a run that is due was never made"

    def _is_excused(self, run: RunView, open_: dict[int, RunView]) -> bool:
        """It waits for a past that has failed, or for its turn behind such a run."""
        if run.dag_id in self.rows.paused_by_engine and self.rows.dags[run.dag_id].paused:
            return True
        if run.state is RunState.QUEUED:
            return any(
                other.dag_id == run.dag_id and other.state is RunState.RUNNING
                for other in open_.values()
            )
        return any(
            row.state is T.NONE
            and (
                run.graph.tasks[row.task].depends_on_past
                or run.graph.tasks[row.task].wait_for_downstream
            )
            and not laws.past_fine(self.rows, run, row)
            for group in run.instances
            for row in group
        )
