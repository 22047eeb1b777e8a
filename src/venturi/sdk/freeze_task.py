"""A task of a DAG file as a TaskSpec."""

import re
from collections.abc import Iterable, Sequence
from types import SimpleNamespace
from typing import Any

from venturi.sdk.asset import asset_records
from venturi.sdk.freeze_values import refused, stable
from venturi.sdk.grouped import shared_group
from venturi.sdk.node import Node
from venturi.sdk.param import ParamsDict
from venturi.sdk.values import seconds, utc, whole
from venturi.sdk.weight import weight_rule
from venturi.spec.model import Callback, EmailSpec, MapSpec, TaskSpec, WeightRule

#: Callbacks of a task: its attribute and the callback's name.
CALLBACKS = tuple(
    (f"on_{name}_callback", f"on_{name}")
    for name in ("execute", "success", "failure", "retry", "skipped")
)

#: Arguments whose machinery comes later; they are kept as they were given.
RECORDED = (
    "resources",
    "run_as_user",
    "executor_config",
    "retry_policy",
    "doc",
    "doc_json",
    "doc_yaml",
    "doc_rst",
)


def present(owner: Any, callbacks: Iterable[tuple[str, str]]) -> tuple[Callback, ...]:
    """The callbacks that `owner` has."""
    return tuple(Callback(name) for attribute, name in callbacks if getattr(owner, attribute, None))


def frozen_task(task: Node, dag: Any) -> TaskSpec:
    """The frozen description of a task of `dag`, mapped or not. Raises `VenturiError`."""
    with refused(dag, task if hasattr(task, "defined_at") else None):
        return _frozen(task)


def _frozen(given: Node) -> TaskSpec:
    task: Any = given
    kind = task.operator_class
    rule = weight_rule(task.weight_rule)
    mapped = _map_spec(task)
    group = task.task_group
    return TaskSpec(
        task_id=task.task_id,
        operator=task.operator_name,
        module=kind.__module__,
        label=task._task_display_name,
        owner=str(task.owner),
        upstream=tuple(sorted(task.upstream_task_ids)),
        group=(group.group_id or None) if group is not None else None,
        trigger_rule=task.trigger_rule,
        start_date=utc(task.start_date, "start_date"),
        end_date=utc(task.end_date, "end_date"),
        retries=task.retries,
        retry_delay=seconds(task.retry_delay, "retry_delay") or 0.0,
        retry_multiplier=_multiplier(task.retry_exponential_backoff),
        max_retry_delay=seconds(task.max_retry_delay, "max_retry_delay"),
        execution_timeout=seconds(task.execution_timeout, "execution_timeout"),
        depends_on_past=task.depends_on_past,
        wait_for_downstream=task.wait_for_downstream,
        ignore_first_depends_on_past=task.ignore_first_depends_on_past,
        wait_for_past_depends_before_skipping=task.wait_for_past_depends_before_skipping,
        queue=str(task.queue),
        pool=str(task.pool),
        pool_slots=whole(task.pool_slots, f"pool_slots of task {task.task_id!r}", 1),
        priority_weight=_weight(task, rule),
        weight_rule=rule,
        max_active_tis_per_dag=task.max_active_tis_per_dag,
        max_active_tis_per_dagrun=task.max_active_tis_per_dagrun,
        executor=task.executor,
        mapped=mapped,
        is_setup=task.is_setup,
        is_teardown=task.is_teardown,
        on_failure_fail_dagrun=task.on_failure_fail_dagrun,
        is_empty=_is_empty(task),
        can_skip=bool(kind.can_skip or kind.inherits_from_skipmixin),
        is_sensor=bool(kind.is_sensor),
        reschedule=getattr(task, "mode", None) == "reschedule",
        idempotent=bool(getattr(task, "idempotent", False)),
        callbacks=present(task, CALLBACKS),
        email=_email(task),
        sla=seconds(task.sla, "sla"),
        reads=_reads(task),
        multiple_outputs=bool(task.multiple_outputs),
        template_fields=_fields(task.template_fields),
        ui_color=str(task.ui_color),
        ui_fgcolor=str(task.ui_fgcolor),
        doc=task.doc,
        doc_md=task.doc_md,
        params=ParamsDict(task.params).frozen() if task._params else {},
        extra_links=tuple(
            str(getattr(each, "name", type(each).__name__)) for each in task.operator_extra_links
        ),
        inlets=asset_records(task.inlets),
        outlets=asset_records(task.outlets),
        recorded={name: stable(value) for name in RECORDED if (value := getattr(task, name))},
    )


def _map_spec(task: Any) -> MapSpec | None:
    """What a task is expanded over: its own arguments and those of the mapped groups around it."""
    group = task.task_group
    around = list(group.iter_mapped_task_groups()) if group is not None else []
    inputs = [*(each.mapped for each in reversed(around))]
    if task.is_mapped:
        _refuse_siblings(task)
        inputs.append(task.expand_input)
    if not inputs:
        return None
    sources = tuple(source for each in inputs for source in each.sources())
    return MapSpec(sources=sources, map_index_template=task.map_index_template)


def _refuse_siblings(task: Any) -> None:
    """How many instances a task has must not depend on the instance of its group."""
    for operator in task.expand_input.references():
        if shared_group(task, operator) is not None:
            raise ValueError(
                f"Task {task.task_id!r} expands over the result of {operator.task_id!r}, which is "
                "another one in each instance of their mapped group. Expand over the result of a "
                "task outside of the group, or take the result apart inside the task."
            )


def _multiplier(value: bool | float) -> float:
    if isinstance(value, bool):
        return 2.0 if value else 0.0
    return float(value or 0.0)


def _weight(task: Any, rule: WeightRule) -> int:
    if rule is not WeightRule.CUSTOM:
        return int(task.priority_weight)
    strategy = task.weight_rule() if isinstance(task.weight_rule, type) else task.weight_rule
    stand_in = SimpleNamespace(
        task=task,
        task_id=task.task_id,
        dag_id=task.dag_id,
        try_number=1,
        map_index=-1,
        priority_weight=task.priority_weight,
    )
    return int(strategy.get_weight(stand_in))


def _is_empty(task: Any) -> bool:
    """Whether there is nothing to execute and nobody to call."""
    return bool(
        task.operator_class.inherits_from_empty_operator
        and not task.is_mapped
        and not task.outlets
        and not present(task, CALLBACKS)
        and task._pre_execute_hook is None
        and task._post_execute_hook is None
    )


def _email(task: Any) -> EmailSpec | None:
    raw: Sequence[Any] = [task.email] if isinstance(task.email, str) else list(task.email or ())
    to = [part for text in raw for part in re.split(r"[,;\s]+", str(text)) if part]
    if not to:
        return None
    return EmailSpec(
        to=tuple(to), on_failure=bool(task.email_on_failure), on_retry=bool(task.email_on_retry)
    )


def _fields(fields: Any) -> tuple[str, ...]:
    return (fields,) if isinstance(fields, str) else tuple(fields)


def _reads(task: Any) -> tuple[str, ...]:
    from venturi.sdk.xcomarg import references

    found: set[str] = set()
    for value in task.argument_values():
        if value is not None and not isinstance(value, str | int | float):
            found.update(operator.task_id for operator in references(value))
    return tuple(sorted(found))
