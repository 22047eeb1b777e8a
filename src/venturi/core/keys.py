"""How things are named: task instances and attempts."""

from typing import NamedTuple


class AttemptKey(NamedTuple):
    """One attempt at one task instance.

    `epoch` grows by one each time the instance is handed out, cleared or taken away, so that a
    word from an attempt that has been given up can be told from the present one's (rule R3).
    """

    ti_id: int
    try_number: int
    epoch: int


class TaskKey(NamedTuple):
    """A task instance as people name it; `map_index` is -1 for a task that is not mapped."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1

    def __str__(self) -> str:
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"{self.dag_id}.{self.task_id}{index} of {self.run_id}"
