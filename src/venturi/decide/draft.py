"""A plan in the making: the snapshot seen through the moves made so far."""

from collections.abc import Iterable

from venturi.core.clock import Instant
from venturi.core.states import ACTIVE, RunState, TaskState, check_run, check_task
from venturi.decide.counting import shift
from venturi.decide.patience import first_open, is_patient
from venturi.decide.places import places_below
from venturi.decide.plan import Expansion, Miss, Move, NewRun, Pause, RunMove
from venturi.decide.views import Candidate, Instance, Place, RunView, Snapshot


class Draft:
    """Collects moves; answers what state things would be in if they were carried out."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.new_runs: list[NewRun] = []
        self.run_moves: dict[int, RunMove] = {}
        self.moves: dict[int, Move] = {}
        #: by run and task
        self.expansions: dict[tuple[int, int], Expansion] = {}
        self.misses: list[Miss] = []
        #: by DAG
        self.pauses: dict[str, Pause] = {}
        self.ask_runner: list[str] = []
        self.next_at: Instant | None = None
        #: places to look at, by run; None is all of them
        self.touched: dict[int, frozenset[Place] | None] = {
            run_id: None if places is None else frozenset(places)
            for run_id, places in snapshot.touched.items()
        }
        self._below_success: dict[tuple[int, int], RunView] = {}
        #: attempts that end with this plan: they give their slots back
        self.ended: list[Candidate] = []
        #: how many of them each run has
        self.ended_of: dict[int, int] = {}
        #: runs of which some instance is made ready by this plan
        self.going: set[int] = set()

    def wake_at(self, instant: Instant | None) -> None:
        """Something is due at `instant`."""
        if instant is not None and (self.next_at is None or instant < self.next_at):
            self.next_at = instant

    def state_of(self, instance: Instance) -> TaskState:
        """The instance's state after the moves so far."""
        move = self.moves.get(instance.id)
        return instance.state if move is None else move.state

    def is_paused(self, dag_id: str) -> bool:
        """Whether the DAG is paused, or will be with this plan."""
        dag = self.snapshot.dags.get(dag_id)
        return dag_id in self.pauses or (dag is not None and dag.paused)

    def run_state_of(self, run: RunView) -> RunState:
        """The run's state after the moves so far."""
        move = self.run_moves.get(run.id)
        return run.state if move is None else move.state

    def touch(self, run: RunView, instance: Instance, *, succeeded: bool = False) -> None:
        """An instance has changed: look at its task and at what follows.

        With `succeeded` the change is a success: what follows is looked at if it matters there,
        which `look_below` finds out once all changes are in.
        """
        if run.id not in self.snapshot.runs:
            return
        places: list[Place] = [instance.task]
        for place in places_below(run, instance.task, instance.map_index):
            if succeeded and isinstance(place, int):
                self._below_success[run.id, place] = run
            else:
                places.append(place)
        self._look_at(run, places)

    def look_below(self) -> None:
        """Look at what follows successes where they matter."""
        for (_, number), run in self._below_success.items():
            upstream = run.graph.upstream[number]
            if not is_patient(run, number) or first_open(run, number, self.state_of) >= len(
                upstream
            ):
                self._look_at(run, (number,))
        self._below_success.clear()

    def _look_at(self, run: RunView, places: Iterable[Place]) -> None:
        known = self.touched.get(run.id, frozenset())
        if known is not None:
            self.touched[run.id] = known.union(places)

    def length_of(self, run: RunView, task_id: str, key: str) -> int | None:
        """How many items a plain task's result has, after the moves so far."""
        number = run.graph.index.get(task_id)
        for instance in run.instances[number] if number is not None else ():
            move = self.moves.get(instance.id)
            for name, length in move.lengths if move is not None else ():
                if name == key:
                    return length
        return run.lengths.get((task_id, key, -1))

    def move(
        self,
        run: RunView,
        instance: Instance,
        state: TaskState,
        reason: str,
        *,
        due: Instant | None = None,
        cancel: bool = False,
        skips: tuple[str, ...] | None = None,
        lengths: tuple[tuple[str, int], ...] = (),
    ) -> None:
        """Plan a transition. Two moves of one instance in a step become one, from where it was."""
        before = self.moves.get(instance.id)
        now_state = instance.state if before is None else before.state
        check_task(f"{run.dag_id}.{run.graph.tasks[instance.task].task_id}", now_state, state)
        try_number = instance.try_number if before is None else before.try_number
        reschedules = instance.reschedules if before is None else before.reschedules
        if state is TaskState.SCHEDULED:
            self.going.add(run.id)
            # A rescheduled or resumed attempt goes on with the try it had.
            if now_state in _GOES_ON:
                reschedules += 1
            else:
                try_number, reschedules = try_number + 1, 0
        # The epoch grows whenever an attempt may be alive that must not speak any more, and
        # whenever a new one is handed out.
        epoch = instance.epoch if before is None else before.epoch
        if state is TaskState.QUEUED or cancel:
            epoch += 1
        if before is None and instance.state in ACTIVE and state not in ACTIVE:
            self.ended.append(Candidate(run, instance))
            shift(self.ended_of, run.id, 1)
        self.moves[instance.id] = Move(
            run=run,
            instance=instance,
            state=state,
            reason=reason,
            seen=instance.epoch,
            epoch=epoch,
            try_number=try_number,
            max_tries=instance.max_tries,
            due=due,
            skips=skips,
            reschedules=reschedules,
            lengths=lengths,
            cancel=cancel,
        )

    def move_run(self, run: RunView, state: RunState, reason: str) -> None:
        """Plan a run's transition."""
        check_run(f"{run.dag_id} {run.run_id}", self.run_state_of(run), state)
        self.run_moves[run.id] = RunMove(run=run, state=state, reason=reason)


_GOES_ON = frozenset({TaskState.UP_FOR_RESCHEDULE, TaskState.DEFERRED})
