"""A simulation as a picture of characters: a line for each task, time from left to right."""

from collections.abc import Iterable
from datetime import timedelta
from math import ceil

from venturi.core.clock import Instant
from venturi.decide.simulate import Simulation, TaskTimes

#: Up to here the seconds of its ends are told.
_SHORT = timedelta(hours=2)
_WAITING, _AT_WORK = "·", "█"


def gantt(simulation: Simulation, width: int) -> str:
    """The lines of the picture, at most `width` characters wide.

    A cell shows how many instances of the task are at work (█: one), a dot that some wait for a
    slot. Cells that nothing happens in are blank.
    """
    tasks = simulation.tasks
    if not tasks:
        return "No task would start."
    first = min(task.ready for task in tasks)
    last = max(task.ended or simulation.end for task in tasks)
    by_name: dict[str, list[TaskTimes]] = {}
    for task in tasks:
        by_name.setdefault(task.task_id, []).append(task)
    margin = max(map(len, by_name)) + 2
    cells = max(10, width - margin)
    precision = "minutes" if last - first > _SHORT else "seconds"
    left, right = (at.isoformat(sep=" ", timespec=precision) for at in (first, last))
    lines = [" " * margin + left + right.rjust(cells - len(left))]
    scale = _Scale(first, last, cells)
    for name, own in by_name.items():
        lines.append(name.ljust(margin) + _line(own, scale, simulation.end))
    return "\n".join(lines)


class _Scale:
    """Time as cells."""

    def __init__(self, first: Instant, last: Instant, cells: int) -> None:
        self.first, self.cells = first, cells
        self.seconds = max((last - first).total_seconds(), 1.0)

    def between(self, start: Instant, end: Instant) -> range:
        """The cells of a time: at least one."""
        begin = min(int(self._place(start)), self.cells - 1)
        return range(begin, min(max(begin + 1, ceil(self._place(end))), self.cells))

    def _place(self, at: Instant) -> float:
        # Rounded, so that what ends where a cell ends does not reach into the next.
        return round((at - self.first).total_seconds() / self.seconds * self.cells, 6)


def _line(tasks: Iterable[TaskTimes], scale: _Scale, end: Instant) -> str:
    at_work, waiting = [0] * scale.cells, [False] * scale.cells
    for task in tasks:
        for cell in scale.between(task.started, task.ended or end):
            at_work[cell] += 1
        if task.started > task.ready:
            for cell in scale.between(task.ready, task.started):
                waiting[cell] = True
    return "".join(map(_sign, at_work, waiting)).rstrip()


def _sign(count: int, waits: bool) -> str:
    if count == 0:
        return _WAITING if waits else " "
    return _AT_WORK if count == 1 else str(count) if count < 10 else "+"
