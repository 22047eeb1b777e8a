"""Skipping others, called as each line of Airflow does."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from venturi.sdk.context import context_set
from venturi.sdk.skip import SkipMixin

TASKS = [SimpleNamespace(task_id="a"), SimpleNamespace(task_id="b")]
Call = Callable[[SkipMixin, Any, Any], None]


class Instance:
    skips: tuple[str, ...] = ()

    def record_skips(self, task_ids: Any, whole: bool = False) -> None:
        self.skips = (*self.skips, *task_ids)


@pytest.mark.parametrize(
    "call",
    [
        lambda mixin, ti, _: mixin.skip(ti, TASKS),
        lambda mixin, ti, _: mixin.skip(ti=ti, tasks=TASKS),
        lambda mixin, ti, _: mixin.skip(ti, tasks=TASKS),
        lambda mixin, _, run: mixin.skip(run, "2016-05-14", TASKS),
        lambda mixin, _, run: mixin.skip(run, "2016-05-14", TASKS, session=None, map_index=-1),
        lambda mixin, _, run: mixin.skip(run, "2016-05-14", TASKS, None),
        lambda mixin, _, run: mixin.skip(run, execution_date="2016-05-14", tasks=TASKS),
        lambda mixin, _, run: mixin.skip(dag_run=run, execution_date="2016-05-14", tasks=TASKS),
    ],
    ids=["3", "3-named", "3-mixed", "1", "2-named", "1-session", "1-mixed", "1-named"],
)
def test_tasks_are_skipped(call: Call) -> None:
    ti = Instance()
    with context_set({"ti": ti}):
        call(SkipMixin(), ti, SimpleNamespace(run_id="r"))
    assert ti.skips == ("a", "b")


def test_without_tasks_it_says_what_is_missing() -> None:
    with pytest.raises(TypeError, match="needs the tasks to skip"):
        SkipMixin().skip(Instance())
