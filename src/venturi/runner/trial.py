"""A run of a DAG in this process: decided by the engine's own rules, task after task.

The board, the rules and the outcomes are those of the scheduler; only rows and processes are
missing. So what `dag.test()` shows is what would happen.
"""

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from venturi.core.attempts import AttemptInfo, FileRef, Result, RunInfo
from venturi.core.clock import Clock
from venturi.core.messages import Call
from venturi.core.states import RUN_TERMINAL, TERMINAL, RunState, RunType, TaskState
from venturi.decide.board import Board
from venturi.decide.calls import CallDue, calls_due
from venturi.decide.decide import decide
from venturi.decide.plan import Expansion, Plan
from venturi.decide.views import DagView, Instance, Limits, PoolView, Report, RunView
from venturi.runner.attempt import run_attempt
from venturi.runner.callbacks import run_callbacks
from venturi.runner.memory import MemoryComms
from venturi.spec.graph import Graph
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import DataInterval

_LOG = logging.getLogger("airflow.test")

T = TaskState


class Trial:
    """One run, from its first task to its end."""

    def __init__(
        self,
        dag: Any,
        spec: DagSpec,
        info: RunInfo,
        comms: MemoryComms,
        clock: Clock,
        *,
        mark_success: str | None = None,
        longest_map: int = 1024,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.dag, self.info, self.comms, self.clock = dag, info, comms, clock
        self.wait = wait
        self.marked = re.compile(mark_success) if mark_success else None
        graph = Graph(spec)
        self.run = RunView(
            id=1,
            dag_id=info.dag_id,
            run_id=info.run_id,
            graph=graph,
            instances=[
                [Instance(id=number + 1, task=number, max_tries=task.retries)]
                for number, task in enumerate(graph.tasks)
            ],
            run_after=info.run_after,
            state=RunState.RUNNING,
            run_type=RunType(info.run_type),
            logical_date=info.logical_date,
            interval=_interval(info),
            start_date=clock.now(),
            conf=info.conf,
        )
        self.last_id = len(graph.tasks)
        self.results: dict[int, Result] = {}
        self.board = Board(Limits(max_map_length=longest_map))
        for task in graph.tasks:
            self.board.pools[task.pool] = PoolView(-1)
        self.board.put_dag(DagView(dag_id=info.dag_id, graph=graph))
        self.board.put_run(self.run)

    def finish(self) -> RunState:
        """Go on until the run has ended; its state."""
        reports: list[Report] = []
        while True:
            now = self.clock.now()
            self.board.wake(now)
            # One place: tasks come one after the other, in the order of their priority.
            plan = decide(self.board.snapshot(reports, capacity=1), now)
            self.board.fold(plan, now)
            self._expand(plan.expansions)
            self._tell_states()
            self._call(plan, reports)
            if self.run.state in RUN_TERMINAL:
                return self.run.state
            reports = [
                self._attempt(move.instance) for move in plan.moves if move.state is T.QUEUED
            ]
            if not reports and plan.is_empty:
                self._wait_for(plan)

    def _attempt(self, instance: Instance) -> Report:
        self.board.begin(self.run, instance, self.clock.now())
        attempt = self._info(instance)
        file = getattr(self.dag, "fileloc", "")
        result = run_attempt(
            self.dag, attempt, self.comms, file_loc=file, clock=self.clock, interruptible=True
        )
        self.results[instance.id] = result
        self.comms.put(result.xcoms)
        for key, length in result.lengths:
            self.run.lengths[attempt.task_id, key, instance.map_index] = length
        return Report(self.run, instance, instance.epoch, result)

    def _info(self, instance: Instance) -> AttemptInfo:
        task = self.run.graph.tasks[instance.task]
        return AttemptInfo(
            ti_id=instance.id,
            try_number=instance.try_number,
            epoch=instance.epoch,
            run=self.info,
            task_id=task.task_id,
            map_index=instance.map_index,
            max_tries=instance.max_tries,
            queue=task.queue,
            pool=task.pool,
            priority_weight=task.priority_weight,
            first_started_at=instance.started_at,
            reschedule_count=instance.reschedules,
            mark_success=bool(self.marked and self.marked.search(task.task_id)),
        )

    def _expand(self, expansions: tuple[Expansion, ...]) -> None:
        """A mapped task gets its instances; its placeholder becomes the first of them."""
        for expansion in expansions:
            placeholder = self.run.instances[expansion.task][0]
            retries = self.run.graph.tasks[expansion.task].retries
            ids = [placeholder.id, *range(self.last_id + 1, self.last_id + expansion.count)]
            self.last_id += expansion.count - 1
            made = [
                Instance(id=each, task=expansion.task, map_index=index, max_tries=retries)
                for index, each in enumerate(ids)
            ]
            self.board.replace_instances(self.run, expansion.task, made)

    def _tell_states(self) -> None:
        """What tasks may ask about each other."""
        self.comms.states.clear()
        for group in self.run.instances:
            for each in group:
                name = self.run.graph.tasks[each.task].task_id
                name += f"_{each.map_index}" if each.map_index >= 0 else ""
                self.comms.states[name] = each.state.value

    def _call(self, plan: Plan, reports: list[Report]) -> None:
        """Callbacks run here too; letters are not sent from a test."""
        executed = {report.instance.id: report for report in reports}
        for due in calls_due(plan, executed):
            if due.callbacks:
                run_callbacks(self.dag, self._order(due), self.comms, clock=self.clock)

    def _order(self, due: CallDue) -> Call:
        instance = due.instance
        return Call(
            call_id=0,
            file=FileRef(path=getattr(self.dag, "fileloc", ""), key=""),
            kind=due.kind.value,
            dag_id=self.info.dag_id,
            run=self.info,
            reason=due.reason,
            attempt=self._info(instance) if instance is not None else None,
            state=(instance.state if instance else self.run.state).value,
        )

    def _wait_for(self, plan: Plan) -> None:
        """Nothing to do now: retries are tried at once, a sensor is given its time."""
        now = self.clock.now()
        waiting = [
            each
            for group in self.run.instances
            for each in group
            if each.due is not None and each.state not in TERMINAL
        ]
        retries = [each for each in waiting if each.state is T.UP_FOR_RETRY]
        for each in retries:
            name = self.run.graph.tasks[each.task].task_id
            _LOG.info("%s: the next try is made at once, this is a test.", name)
            each.due = now
            self.board.touch(self.run, each.task)
        if retries:
            return
        times = [each.due for each in waiting if each.due is not None]
        at = min([*times, *([plan.next_at] if plan.next_at else [])], default=None)
        if at is None:
            at = now + timedelta(seconds=1)
        self.wait(max(0.0, (at - now).total_seconds()))
        self.board.touched[self.run.id] = None


def _interval(info: RunInfo) -> DataInterval | None:
    if info.data_interval_start is None or info.data_interval_end is None:
        return None
    return DataInterval(start=info.data_interval_start, end=info.data_interval_end)
