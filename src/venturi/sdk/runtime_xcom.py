"""Pulling XComs: what `ti.xcom_pull` means in each era.

1.x and 2.x: no task ids means any task of the run; several give a sequence in the order asked for,
in 1.x with None for what is missing. 3.x: no task ids means the task itself.
"""

from collections.abc import Iterable
from itertools import product
from typing import Any, NamedTuple

from venturi.core.attempts import AttemptInfo
from venturi.core.requests import GetXCom
from venturi.sdk.comms import current_comms
from venturi.sdk.xcom_codec import from_text
from venturi.spec.model import Era

RETURN_KEY = "return_value"


class _Unsaid:
    """The type of "nothing was passed", which None is not."""

    def __repr__(self) -> str:
        return "NOTSET"


UNSAID: Any = _Unsaid()


class Pulled(NamedTuple):
    """One XCom that was found."""

    task_id: str
    map_index: int
    run_id: str
    value: str | None


class Pull(NamedTuple):
    """What to look for, spelled out."""

    dag_id: str
    run_id: str
    key: str | None
    include_prior_dates: bool


def pull(
    attempt: AttemptInfo,
    era: Era,
    what: Pull,
    task_ids: str | Iterable[str] | None,
    map_indexes: int | Iterable[int] | None,
    default: Any,
) -> Any:
    """The value or values that `xcom_pull` gives in `era`; see the module's first lines."""
    if task_ids is None and era is Era.V3:
        task_ids = attempt.task_id
    single = task_ids is None or isinstance(task_ids, str)
    tasks = (task_ids,) if isinstance(task_ids, str) else tuple(task_ids or ())
    if map_indexes is None:
        map_indexes = UNSAID
    indexes = (
        None
        if isinstance(map_indexes, _Unsaid)
        else (map_indexes,)
        if isinstance(map_indexes, int)
        else tuple(map_indexes)
    )
    found = look(attempt, what, tasks, indexes)
    if single and not isinstance(map_indexes, _Unsaid):
        values = {each.map_index: each for each in reversed(found)}
        if isinstance(map_indexes, int):
            one = values.get(map_indexes)
            return default if one is None else from_text(one.value)
        return [from_text(values[i].value) if i in values else default for i in indexes or ()]
    if single:
        return _of_one_task(found, default)
    if era is Era.V1:
        return tuple(
            _of_one_task([each for each in found if each.task_id == task], default)
            for task in tasks
        )
    return _of_tasks(found, tasks, indexes, default)


def look(
    attempt: AttemptInfo, what: Pull, tasks: tuple[str, ...], indexes: tuple[int, ...] | None
) -> list[Pulled]:
    """The XComs that match, newest first; those sent along with the attempt cost no question."""
    run = attempt.run
    if (
        tasks
        and what.dag_id == run.dag_id
        and what.run_id == run.run_id
        and not what.include_prior_dates
        and set(tasks) <= set(attempt.prefetched)
    ):
        return [
            Pulled(each.task_id, each.map_index, run.run_id, each.value)
            for each in attempt.xcoms
            if each.task_id in tasks
            and what.key in {None, each.key}
            and (indexes is None or each.map_index in indexes)
        ]
    question = GetXCom(
        dag_id=what.dag_id,
        task_ids=tasks,
        key=what.key,
        run_id=what.run_id,
        map_indexes=indexes,
        include_prior_dates=what.include_prior_dates,
    )
    return [
        Pulled(
            row["task_id"], row.get("map_index", -1), row.get("run_id", run.run_id), row["value"]
        )
        for row in current_comms().ask(question) or ()
    ]


def _of_one_task(found: list[Pulled], default: Any) -> Any:
    """The newest value; the values of all instances when the task is mapped."""
    if not found:
        return default
    newest = found[0]
    if newest.map_index < 0:
        return from_text(newest.value)
    return [from_text(each.value) for each in _instances(found, newest.task_id, newest.run_id)]


def _of_tasks(
    found: list[Pulled], tasks: tuple[str, ...], indexes: tuple[int, ...] | None, default: Any
) -> list[Any]:
    if indexes is not None:
        by_place = {(each.task_id, each.map_index): each for each in reversed(found)}
        return [
            from_text(by_place[place].value) if place in by_place else default
            for place in product(tasks, indexes)
        ]
    values = []
    for task in tasks:
        of_task = [each for each in found if each.task_id == task]
        if of_task:
            values += [
                from_text(each.value) for each in _instances(of_task, task, of_task[0].run_id)
            ]
    return values


def _instances(found: list[Pulled], task: str, run: str) -> list[Pulled]:
    """One XCom per map index of this task in this run, in their order; the newest of each."""
    newest = {
        each.map_index: each
        for each in reversed(found)
        if each.task_id == task and each.run_id == run
    }
    return [newest[index] for index in sorted(newest)]
