"""What listeners of plugins hear of an attempt, in the task's process."""

from typing import Any

from venturi.core.messages import Result
from venturi.core.states import TaskState
from venturi.plugins.listeners import has_listeners, tell

#: What is told of an attempt that ended in one of these states.
_CALLS = {
    TaskState.SUCCESS: "on_task_instance_success",
    TaskState.FAILED: "on_task_instance_failed",
    TaskState.SKIPPED: "on_task_instance_skipped",
}


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
