"""The only door from a DAG file's objects to the frozen description.

Here everything that could not run is refused, in a sentence with file and line, and whatever would
differ between two readings of the same file (functions, objects) becomes stable text.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from types import ModuleType
from typing import Any

from venturi.sdk.asset import asset_records
from venturi.sdk.cycles import sorted_tasks
from venturi.sdk.dag import DAG
from venturi.sdk.deadline import alerts_of
from venturi.sdk.exceptions import AirflowDagDuplicatedIdException
from venturi.sdk.freeze_task import frozen_task, present
from venturi.sdk.freeze_values import joined, refused, stable
from venturi.sdk.param import ParamsDict
from venturi.sdk.schedule import frozen_timetable
from venturi.sdk.scope import taken_registered
from venturi.sdk.taskgroup import TaskGroup
from venturi.sdk.trigger_rule import FAIL_FAST_RULES
from venturi.sdk.values import seconds, utc, zone_name
from venturi.spec.model import DagSpec, EdgeLabel, GroupSpec, MapSpec
from venturi.spec.timetable import active_runs_limit

#: Arguments whose machinery comes later; they are kept as they were given.
RECORDED = (
    "disable_bundle_versioning",
    "rerun_with_latest_version",
    "template_searchpath",
    "jinja_environment_kwargs",
)

#: Callbacks of a DAG: its attribute and the callback's name.
CALLBACKS = (
    ("on_success_callback", "on_success"),
    ("on_failure_callback", "on_failure"),
    ("sla_miss_callback", "sla_miss"),
)


def freeze_dag(dag: DAG, root: str = "") -> DagSpec:
    """The frozen description of `dag`, whose file lies under the DAG folder `root`.

    Raises a `VenturiError` whose text names file, line, what is wrong and the way out.
    """
    with refused(dag):
        _check(dag)
        timetable = frozen_timetable(dag)
        limit = active_runs_limit(timetable)
        most = dag.max_active_runs
        if limit is not None and not 0 < most <= limit:
            most = limit
        params = ParamsDict(dag.params)  # authors may have put a plain dict there
        params.check_defaults(scheduled=dag.schedule is not None)
        return DagSpec(
            dag_id=dag.dag_id,
            era=dag.era,
            relative_fileloc=_relative(dag.fileloc, root),
            fileloc=dag.fileloc,
            label=dag._dag_display_name,
            description=dag.description,
            doc_md=dag.doc_md,
            timetable=timetable,
            timezone=zone_name(dag.timezone),
            start_date=_first_start(dag),
            end_date=_last_end(dag),
            catchup=dag.catchup,
            max_active_runs=most,
            max_active_tasks=dag.max_active_tasks,
            max_consecutive_failed_dag_runs=dag.max_consecutive_failed_dag_runs,
            dagrun_timeout=seconds(dag.dagrun_timeout, "dagrun_timeout"),
            fail_fast=dag.fail_fast,
            is_paused_upon_creation=dag.is_paused_upon_creation,
            tags=tuple(sorted(map(str, dag.tags))),
            owner_links=dict(dag.owner_links),
            params=params.frozen(),
            allowed_run_types=(
                tuple(str(getattr(each, "value", each)) for each in joined(dag.allowed_run_types))
                if dag.allowed_run_types is not None
                else None
            ),
            default_view=dag.default_view,
            orientation=dag.orientation,
            render_template_as_native_obj=dag.render_template_as_native_obj,
            access_control=stable(dict(dag.access_control or {})),
            callbacks=present(dag, CALLBACKS),
            deadlines=tuple(each.frozen() for each in alerts_of(dag)),
            tasks=tuple(frozen_task(task, dag) for task in dag.tasks),
            groups=tuple(_group(group) for group in dag.task_group_dict.values()),
            edge_labels=tuple(_labels(dag)),
            recorded=_recorded(dag),
        )


def collect_dags(modules: ModuleType | Iterable[ModuleType], path: str = "") -> list[DAG]:
    """The DAGs that a file defines, in its order: its global names, and those that registered
    themselves at the end of their `with` block.

    `path` is the file's; DAGs made by helper modules belong to it too. Raises
    `AirflowDagDuplicatedIdException` when two have the same id.
    """
    sources = [modules] if isinstance(modules, ModuleType) else list(modules)
    candidates = [
        value for module in sources for value in list(vars(module).values()) if _is_dag(value)
    ]
    found: dict[str, DAG] = {}
    for dag in [*candidates, *taken_registered()]:
        held = found.get(dag.dag_id)
        if held is None:
            found[dag.dag_id] = dag
        elif held is not dag:
            raise AirflowDagDuplicatedIdException(
                dag.dag_id, ":".join(map(str, dag.defined_at)), ":".join(map(str, held.defined_at))
            )
    for dag in found.values():
        dag.fileloc = path or dag.fileloc
    return list(found.values())


def _is_dag(value: Any) -> bool:
    return isinstance(value, DAG) and not value.is_subdag and value.parent_dag is None


def _check(dag: DAG) -> None:
    for task in dag.tasks:
        linker = getattr(task, "link_arguments", None)
        if linker is not None:
            linker()
    sorted_tasks(dag)
    if dag.start_date and dag.end_date and dag.end_date < dag.start_date:
        raise ValueError(
            f"end_date {dag.end_date.isoformat()} is before start_date "
            f"{dag.start_date.isoformat()}; exchange them."
        )
    if dag.fail_fast:
        for task in dag.tasks:
            rule = getattr(task, "trigger_rule", None)
            if rule not in FAIL_FAST_RULES:
                raise ValueError(
                    f"fail_fast ends the run at the first failure, so task {task.task_id!r} cannot "
                    f"wait for {rule}; use all_success, or drop fail_fast."
                )


def _first_start(dag: DAG) -> datetime | None:
    """When the first run may be: the DAG's start date, or the earliest of its tasks'."""
    tasks: list[Any] = dag.tasks
    starts = [utc(each, "start_date") for each in (dag.start_date, *(t.start_date for t in tasks))]
    return min((each for each in starts if each is not None), default=None)


def _last_end(dag: DAG) -> datetime | None:
    """When the last run may be: the DAG's end date, or the latest of its tasks' if all have one."""
    tasks: list[Any] = dag.tasks
    if dag.end_date is not None or not tasks:
        return utc(dag.end_date, "end_date")
    ends = [utc(task.end_date, "end_date") for task in tasks]
    known = [each for each in ends if each is not None]
    return max(known) if len(known) == len(ends) else None


def _relative(fileloc: str, root: str) -> str:
    if not root or not fileloc:
        return ""
    relative = os.path.relpath(fileloc, root)
    return "" if relative.startswith("..") else relative


def _group(group: TaskGroup) -> GroupSpec:
    return GroupSpec(
        group_id=group.group_id,
        parent=(group.parent_group.group_id or None) if group.parent_group else None,
        label=group.label,
        tooltip=group.tooltip,
        ui_color=group.ui_color,
        ui_fgcolor=group.ui_fgcolor,
        children=tuple(group.children),
        mapped=MapSpec(sources=group.mapped.sources()) if group.mapped is not None else None,
    )


def _labels(dag: DAG) -> Iterable[EdgeLabel]:
    for above, edges in dag.edge_info.items():
        for below, info in edges.items():
            if info.get("label"):
                yield EdgeLabel(upstream=above, downstream=below, label=str(info["label"]))


def _recorded(dag: DAG) -> dict[str, Any]:
    found = {name: getattr(dag, name) for name in RECORDED if getattr(dag, name)}
    if dag.returned is not None:
        operator = getattr(dag.returned, "operator", dag.returned)
        found["result"] = getattr(operator, "task_id", None)
    assets = asset_records(getattr(dag.schedule, "asset_condition", dag.schedule))
    if assets:
        found["schedule_assets"] = assets
    return {name: stable(value) for name, value in found.items()}
