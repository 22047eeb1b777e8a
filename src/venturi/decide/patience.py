"""What one more success can matter to.

Under most trigger rules a success changes nothing for the task below while another upstream
instance is open. So where a thousand tasks stand above one, only the last of their ends is worth
a look, and finding that out costs a thousand looks in all and not a million.
"""

from collections.abc import Callable

from venturi.core.states import TERMINAL, TaskState
from venturi.decide.views import Instance, RunView
from venturi.spec.model import TriggerRule

#: Rules that one more success settles only when it is the last.
PATIENT = frozenset(
    {
        TriggerRule.ALL_SUCCESS,
        TriggerRule.ALL_DONE,
        TriggerRule.ALL_DONE_MIN_ONE_SUCCESS,
        TriggerRule.ALL_DONE_SETUP_SUCCESS,
        TriggerRule.NONE_FAILED,
        TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
        TriggerRule.NONE_SKIPPED,
    }
)


def is_patient(run: RunView, task: int) -> bool:
    """Whether the task's rule waits for the last of its upstream, as long as all goes well.

    Inside a mapped group each instance waits for its own part of the upstream.
    """
    return run.graph.tasks[task].trigger_rule in PATIENT and task not in run.graph.kin


def first_open(run: RunView, task: int, state_of: Callable[[Instance], TaskState]) -> int:
    """The place of the first upstream task with an open instance; their number if there is none.

    The search begins where `run.open_at` says that all before is done.
    """
    upstream = run.graph.upstream[task]
    place = run.open_at.get(task, 0)
    while place < len(upstream) and all(
        state_of(instance) in TERMINAL for instance in run.instances[upstream[place]]
    ):
        place += 1
    return place
