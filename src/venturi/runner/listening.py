"""What listeners of plugins hear: of an attempt in the task's process, of a run's end with its
callbacks."""

from typing import Any

import msgspec

from venturi.core.attempts import Result
from venturi.core.states import RunState, TaskState
from venturi.plugins.listeners import has_listeners, is_heard, tell
from venturi.spec.model import Callback, DagSpec

#: What is told of an attempt that ended in one of these states.
_CALLS = {
    TaskState.SUCCESS: "on_task_instance_success",
    TaskState.FAILED: "on_task_instance_failed",
    TaskState.SKIPPED: "on_task_instance_skipped",
}

#: What is told of a run whose callbacks of this kind are due, and the state it is in.
_OF_RUNS = {
    Callback.ON_SUCCESS: ("on_dag_run_success", RunState.SUCCESS),
    Callback.ON_FAILURE: ("on_dag_run_failed", RunState.FAILED),
}


def with_listeners(spec: DagSpec) -> DagSpec:
    """The DAG as it is to be called about: also where only listeners want to hear of its runs."""
    heard = {kind for kind, (call, _) in _OF_RUNS.items() if is_heard(call)}
    if heard <= set(spec.callbacks):
        return spec
    wanted = tuple(kind for kind in Callback if kind in heard or kind in spec.callbacks)
    return msgspec.structs.replace(spec, callbacks=wanted)


def tell_run(run: Any, kind: str, reason: str) -> None:
    """A run has ended; `reason` says why."""
    for callback, (call, state) in _OF_RUNS.items():
        if callback == kind and is_heard(call):
            run.state = state
            tell(call, dag_run=run, msg=reason)


def tell_running(ti: Any) -> None:
    """The task is about to execute."""
    if has_listeners():
        tell(
            "on_task_instance_running",
            previous_state=TaskState.QUEUED,
            task_instance=ti,
            session=None,
        )


def tell_ended(ti: Any, result: Result, error: BaseException | None) -> None:
    """The attempt has ended so; one that is only put off is not told."""
    if not has_listeners() or result.state not in _CALLS:
        return
    ti.state = result.state
    more = {"error": error} if result.state is TaskState.FAILED else {}
    tell(
        _CALLS[result.state],
        previous_state=TaskState.RUNNING,
        task_instance=ti,
        session=None,
        **more,
    )
