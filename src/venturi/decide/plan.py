"""What deciding answers: data that can be applied, logged, compared and replayed."""

import msgspec

from venturi.core.clock import Instant
from venturi.core.states import RunState, TaskState
from venturi.decide.views import Deadline, Instance, RunView
from venturi.spec.timetable.model import RunInfo


class NewRun(msgspec.Struct, frozen=True, kw_only=True):
    """A scheduled run to create, and the run that is due after it."""

    dag_id: str
    info: RunInfo
    then: RunInfo | None


class RunMove(msgspec.Struct, frozen=True, kw_only=True):
    """A run goes to a new state."""

    run: RunView
    state: RunState
    reason: str


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """A task instance goes to a new state. `seen` is the epoch the decision rests on."""

    run: RunView
    instance: Instance
    state: TaskState
    reason: str
    seen: int
    epoch: int
    try_number: int
    max_tries: int
    due: Instant | None = None
    skips: tuple[str, ...] | None = None
    reschedules: int = 0
    #: lengths of its results that mapped tasks may expand over: (key, length)
    lengths: tuple[tuple[str, int], ...] = ()
    #: an attempt of the instance may be alive and has to be ended
    cancel: bool = False


class Expansion(msgspec.Struct, frozen=True, kw_only=True):
    """A mapped task gets its instances: `count` in all, at least one.

    `have` of them are there already where its upstream ran again and returned more.
    """

    run: RunView
    task: int
    count: int
    have: int = 0
    reason: str = "its upstream results are known"


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """A deadline has passed and what it is about was not done."""

    run: RunView
    deadline: Deadline


class Pause(msgspec.Struct, frozen=True, kw_only=True):
    """A DAG is paused by the engine."""

    dag_id: str
    reason: str


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one step wants to change. Empty means the world is at rest until `next_at`."""

    new_runs: tuple[NewRun, ...] = ()
    run_moves: tuple[RunMove, ...] = ()
    moves: tuple[Move, ...] = ()
    expansions: tuple[Expansion, ...] = ()
    misses: tuple[Miss, ...] = ()
    pauses: tuple[Pause, ...] = ()
    #: DAGs whose timetable has to be asked in the runner (custom timetables)
    ask_runner: tuple[str, ...] = ()
    #: earliest instant at which something is due by itself
    next_at: Instant | None = None

    @property
    def runs(self) -> dict[int, RunView]:
        """The runs whose rows, or whose instances' rows, change."""
        runs = {move.run.id: move.run for move in self.moves}
        runs |= {move.run.id: move.run for move in self.run_moves}
        runs |= {expansion.run.id: expansion.run for expansion in self.expansions}
        runs |= {miss.run.id: miss.run for miss in self.misses}
        return runs

    @property
    def is_empty(self) -> bool:
        """Nothing to change."""
        return not (self.new_runs or self.run_moves or self.moves or self.expansions or self.misses)
