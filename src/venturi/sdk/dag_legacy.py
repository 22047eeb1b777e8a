"""Methods of DAGs that people call from scripts, tests and 1.x files."""

import copy
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from venturi.sdk.operator_legacy import in_process
from venturi.sdk.values import utc
from venturi.spec.timetable.model import Restriction

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG


class LegacyDag:
    """Mixin: running a DAG by hand, asking for dates, old attribute names."""

    @property
    def _me(self) -> "DAG":
        return cast("DAG", self)

    def test(self, execution_date: Any = None, run_conf: Any = None, **kwargs: Any) -> Any:
        """Run this DAG in this process, task by task. Returns the run."""
        date = kwargs.pop("logical_date", execution_date)
        return in_process("run_dag_test")(self, logical_date=date, run_conf=run_conf, **kwargs)

    def run(self, start_date: Any = None, end_date: Any = None, **kwargs: Any) -> Any:
        """Run this DAG in this process for all dates between."""
        return in_process("run_dag")(self, start_date=start_date, end_date=end_date, **kwargs)

    def cli(self) -> Any:
        """The commands of `airflow` for this DAG, from the command line of this process:
        `python my_dag.py list_tasks`, `python my_dag.py test TASK_ID DATE`."""
        words = sys.argv[1:] or ["--help"]
        if words[0].startswith("-"):
            known = "list_tasks, test, run, backfill, pause, unpause, tasks ..., dags ..."
            print(f"{sys.argv[0]} COMMAND ...: {known}")  # noqa: T201 - an answer to a command
            return 0
        depth = 2 if words[0] in {"tasks", "dags"} else 1
        command, rest = words[:depth], words[depth:]
        where = [] if {"pause", "unpause"} & set(command) else ["--subdir", self._me.fileloc]
        main = importlib.import_module("venturi.cli.main").main
        return main([*command, self._me.dag_id, *rest, *where])

    def clear(self, start_date: Any = None, end_date: Any = None, **kwargs: Any) -> Any:
        """Clear task instances between two dates. Returns their number."""
        return in_process("clear_dag")(self, start_date=start_date, end_date=end_date, **kwargs)

    # --- dates -------------------------------------------------------------------------------

    def iter_dagrun_infos_between(
        self,
        earliest: datetime | None,
        latest: datetime,
        *,
        align: bool = True,
    ) -> Iterator[Any]:
        """The runs whose logical dates are between two dates, both included."""
        from venturi.sdk.schedule import infos_between

        return infos_between(self._me, earliest, latest)

    def next_dagrun_info(
        self,
        last_automated_dagrun: Any = None,
        *,
        restricted: bool = True,
    ) -> Any:
        """The run after the last one (None: the first), or None when there is none."""
        from venturi.sdk.schedule import next_info

        bounds = Restriction(
            earliest=utc(self._me.start_date, "start_date") if restricted else None,
            latest=utc(self._me.end_date, "end_date") if restricted else None,
            catchup=self._me.catchup,
        )
        return next_info(self._me, last_automated_dagrun, bounds)

    def following_schedule(self, dttm: datetime) -> datetime | None:
        """The next due time after `dttm`."""
        from venturi.sdk.schedule import neighbour

        return neighbour(self._me, dttm, forward=True)

    def previous_schedule(self, dttm: datetime) -> datetime | None:
        """The last due time before `dttm`."""
        from venturi.sdk.schedule import neighbour

        return neighbour(self._me, dttm, forward=False)

    def get_run_dates(
        self,
        start_date: datetime,
        end_date: datetime | None = None,
    ) -> list[datetime]:
        """The logical dates between two dates."""
        latest = end_date if end_date is not None else start_date
        return [
            info.logical_date
            for info in self._me.iter_dagrun_infos_between(start_date, latest)
            if info.logical_date is not None
        ]

    def date_range(
        self,
        start_date: datetime,
        num: int | None = None,
        end_date: datetime | None = None,
    ) -> list[datetime]:
        """Due times from `start_date` on: `num` of them, or up to `end_date`."""
        found: list[datetime] = []
        at: datetime | None = utc(start_date, "start_date")
        last = utc(end_date, "end_date")
        while at is not None and (len(found) < num if num is not None else last and at <= last):
            found.append(at)
            at = self._me.following_schedule(at)
        return found

    def normalize_schedule(self, dttm: datetime) -> datetime | None:
        """`dttm` if it is a due time, else the next one."""
        before = self._me.previous_schedule(dttm)
        at = self._me.following_schedule(before) if before is not None else None
        return dttm if at == dttm else self._me.following_schedule(dttm)

    # --- old names ---------------------------------------------------------------------------

    @property
    def schedule_interval(self) -> Any:
        """The schedule as it was given."""
        return self._me.schedule

    @property
    def concurrency(self) -> int:
        """`max_active_tasks`, as 1.x called it."""
        return self._me.max_active_tasks

    @property
    def fail_stop(self) -> bool:
        """`fail_fast`, as 2.x called it."""
        return self._me.fail_fast

    @property
    def filepath(self) -> str:
        """Path of the file that made this DAG."""
        return self._me.fileloc

    full_filepath = filepath

    @property
    def folder(self) -> str:
        """Folder of the file that made this DAG."""
        return self._me.fileloc.rpartition("/")[0] or "."

    @property
    def subdags(self) -> list["DAG"]:
        """The DAGs of its SubDagOperators."""
        found = (getattr(task, "subdag", None) for task in self._me.tasks)
        return [subdag for subdag in found if subdag is not None]

    def get_template_env(self, **kwargs: Any) -> Any:
        """The Jinja environment of this DAG."""
        from venturi.sdk.template_env import environment_of

        return environment_of(self._me, kwargs.get("force_native"))

    # --- shapes ------------------------------------------------------------------------------

    def tree_view(self) -> None:
        """Print the tasks as a tree."""
        print(self._me.get_tree_view())  # noqa: T201 - printing is what it is called for

    def get_tree_view(self) -> str:
        """The tasks as a tree, one per line."""
        lines: list[str] = []
        waiting: list[tuple[Any, int]] = [(task, 0) for task in reversed(self._me.roots)]
        while waiting:
            task, depth = waiting.pop()
            lines.append("    " * depth + repr(task))
            waiting += [(each, depth + 1) for each in reversed(task.downstream_list)]
        return "\n".join(lines)

    def partial_subset(
        self,
        task_ids: str | re.Pattern[str] | Iterable[str],
        include_downstream: bool = False,
        include_upstream: bool = True,
        include_direct_upstream: bool = False,
    ) -> "DAG":
        """A copy of this DAG with the tasks whose ids match, and their neighbours as asked."""
        if isinstance(task_ids, str | re.Pattern):
            kept = {each for each in self._me.task_dict if re.search(task_ids, each)}
        else:
            kept = set(task_ids) & self._me.task_dict.keys()
        for task in [self._me.task_dict[each] for each in kept]:
            if include_downstream:
                kept |= task.get_flat_relative_ids(upstream=False)
            if include_upstream:
                kept |= task.get_flat_relative_ids(upstream=True)
            elif include_direct_upstream:
                kept |= task.upstream_task_ids
        subset = copy.deepcopy(self._me)
        subset.task_dict = {key: task for key, task in subset.task_dict.items() if key in kept}
        subset._mapped_over = None
        for task in subset.task_dict.values():
            task.upstream_task_ids &= kept
            task.downstream_task_ids &= kept
        _prune(subset.task_group, kept)
        return subset

    def sub_dag(
        self,
        task_regex: str | re.Pattern[str] | None = None,
        include_downstream: bool = False,
        include_upstream: bool = True,
        task_ids: Any = None,
        **kwargs: Any,
    ) -> "DAG":
        """`partial_subset`, as 1.x called it."""
        wanted = task_ids if task_ids is not None else task_regex if task_regex is not None else ""
        return self._me.partial_subset(wanted, include_downstream, include_upstream)


def _prune(group: Any, kept: set[str]) -> None:
    from venturi.sdk.taskgroup import TaskGroup

    for key, child in list(group.children.items()):
        if isinstance(child, TaskGroup):
            _prune(child, kept)
            if not child.children:
                del group.children[key]
        elif key not in kept:
            del group.children[key]
