"""BaseOperator: what every task is made of."""

import copy
import logging
import warnings
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Self

from venturi.core.run_ids import check_id
from venturi.sdk.defaults import defaults
from venturi.sdk.era import author_place, calling_era
from venturi.sdk.exceptions import AirflowException, TaskDeferred, UnknownArgumentWarning
from venturi.sdk.node import Node
from venturi.sdk.operator_init import BUILDING, Building, wrapped_init
from venturi.sdk.operator_legacy import LegacyMethods
from venturi.sdk.scope import current_group
from venturi.sdk.setupteardown import note_work
from venturi.sdk.tasknode import TaskNode
from venturi.sdk.template import Templater
from venturi.sdk.trigger_rule import trigger_rule as rule_of
from venturi.sdk.values import duration, instant, listed, whole
from venturi.sdk.weight import weight_rule as weight_of
from venturi.spec.model import Era, TriggerRule

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG
    from venturi.sdk.mapping import OperatorPartial
    from venturi.sdk.taskgroup import TaskGroup

Callbacks = Callable[..., Any] | Sequence[Callable[..., Any]] | None


class UnknownArguments(AirflowException, TypeError):
    """An operator was given arguments that nobody in its class knows."""


class BaseOperator(LegacyMethods, Templater, TaskNode):
    """A task. Subclasses define `execute(context)`, whose result becomes the task's XCom.

    Durations are timedeltas or seconds; naive datetimes are in `[core] default_timezone`. Arguments
    left out come from the `default_args` of the DAG and of the groups around the task.
    """

    template_fields: Collection[str] = ()
    template_ext: Sequence[str] = ()
    template_fields_renderers: ClassVar[dict[str, str]] = {}
    ui_color: str = "#fff"
    ui_fgcolor: str = "#000"
    pool: str = ""
    operator_extra_links: Collection[Any] = ()
    shallow_copy_attrs: Sequence[str] = ()
    deps: ClassVar[frozenset[Any]] = frozenset()
    supports_lineage = False
    start_from_trigger = False
    start_trigger_args: Any = None
    #: nothing to execute: the engine may mark it done without a process
    inherits_from_empty_operator = False
    inherits_from_skipmixin = False
    #: an operator whose result is a decision about the tasks after it
    can_skip = False
    is_sensor = False
    is_mapped = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        init = cls.__dict__.get("__init__")
        if init is not None and not hasattr(init, "venturi_names"):
            cls.__init__ = wrapped_init(init)  # type: ignore[method-assign]

    def __init__(  # noqa: PLR0915 - one line per argument that Airflow has
        self,
        *,
        task_id: str,
        owner: str | None = None,
        email: str | Iterable[str] | None = None,
        email_on_retry: bool | None = None,
        email_on_failure: bool | None = None,
        retries: int | None = None,
        retry_delay: timedelta | float | None = None,
        retry_exponential_backoff: bool | float = False,
        max_retry_delay: timedelta | float | None = None,
        retry_policy: Any = None,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        depends_on_past: bool = False,
        ignore_first_depends_on_past: bool = True,
        wait_for_past_depends_before_skipping: bool = False,
        wait_for_downstream: bool = False,
        dag: "DAG | None" = None,
        params: Mapping[str, Any] | None = None,
        default_args: Mapping[str, Any] | None = None,
        priority_weight: int = 1,
        weight_rule: Any = None,
        queue: str | None = None,
        pool: str | None = None,
        pool_slots: int = 1,
        sla: timedelta | None = None,
        execution_timeout: timedelta | float | None = None,
        on_execute_callback: Callbacks = None,
        on_failure_callback: Callbacks = None,
        on_success_callback: Callbacks = None,
        on_retry_callback: Callbacks = None,
        on_skipped_callback: Callbacks = None,
        pre_execute: Callable[[Any], None] | None = None,
        post_execute: Callable[[Any, Any], None] | None = None,
        trigger_rule: str = TriggerRule.ALL_SUCCESS,
        resources: Mapping[str, Any] | None = None,
        run_as_user: str | None = None,
        max_active_tis_per_dag: int | None = None,
        max_active_tis_per_dagrun: int | None = None,
        map_index_template: str | None = None,
        executor: str | None = None,
        executor_config: Mapping[str, Any] | None = None,
        do_xcom_push: bool = True,
        multiple_outputs: bool = False,
        inlets: Any = None,
        outlets: Any = None,
        task_group: "TaskGroup | None" = None,
        doc: str | None = None,
        doc_md: str | None = None,
        doc_json: str | None = None,
        doc_yaml: str | None = None,
        doc_rst: str | None = None,
        task_display_name: str | None = None,
        logger_name: str | None = None,
        allow_nested_operators: bool = True,
        render_template_as_native_obj: bool | None = None,
        **kwargs: Any,
    ) -> None:
        building: Building = self.__dict__[BUILDING]
        #: where an author's code made this task, for messages
        self.defined_at = author_place()
        dag = dag or building.dag
        group = task_group or (building.group if dag is building.dag else None)
        if group is None and dag is not None:
            group = current_group(dag)
        check_id("Task id", str(task_id))
        self.task_id = group.child_id(task_id) if group is not None else str(task_id)
        self.label = str(task_id)
        if kwargs:
            self._refuse_unknown(kwargs, dag)
        given = defaults()
        self.owner = owner if owner is not None else given.owner
        self.email = email
        self.email_on_retry = given.email_on_retry if email_on_retry is None else email_on_retry
        self.email_on_failure = (
            given.email_on_failure if email_on_failure is None else email_on_failure
        )
        self.retries = (
            given.retries if retries is None else whole(retries, self._field("retries"), 0)
        )
        self.retry_delay = duration(
            given.retry_delay if retry_delay is None else retry_delay, self._field("retry_delay")
        )
        self.retry_exponential_backoff = retry_exponential_backoff
        self.max_retry_delay = duration(
            given.max_retry_delay if max_retry_delay is None else max_retry_delay,
            self._field("max_retry_delay"),
        )
        self.retry_policy = retry_policy
        self.start_date = instant(start_date, "start_date") if start_date else None
        self.end_date = instant(end_date, "end_date") if end_date else None
        self.depends_on_past = bool(depends_on_past or wait_for_downstream)
        self.ignore_first_depends_on_past = ignore_first_depends_on_past
        self.wait_for_past_depends_before_skipping = wait_for_past_depends_before_skipping
        self.wait_for_downstream = wait_for_downstream
        from_params = building.params
        if params and params is not from_params:
            from venturi.sdk.param import ParamsDict

            from_params = ParamsDict(from_params)
            from_params.update(params)
        self._params = from_params
        self.priority_weight = whole(priority_weight, self._field("priority_weight"))
        self.weight_rule = given.weight_rule if weight_rule is None else weight_rule
        weight_of(self.weight_rule)
        self.queue = queue if queue is not None else given.queue
        self.pool = pool if pool is not None else given.pool
        self.pool_slots = whole(pool_slots, self._field("pool_slots"), 1)
        self.sla = duration(sla, self._field("sla"))
        self.execution_timeout = duration(
            given.execution_timeout if execution_timeout is None else execution_timeout,
            self._field("execution_timeout"),
        )
        self.on_execute_callback = on_execute_callback
        self.on_failure_callback = on_failure_callback
        self.on_success_callback = on_success_callback
        self.on_retry_callback = on_retry_callback
        self.on_skipped_callback = on_skipped_callback
        self._pre_execute_hook = pre_execute
        self._post_execute_hook = post_execute
        self.trigger_rule = rule_of(trigger_rule)
        self.resources = resources
        self.run_as_user = run_as_user
        self.max_active_tis_per_dag = max_active_tis_per_dag
        self.max_active_tis_per_dagrun = max_active_tis_per_dagrun
        self.map_index_template = map_index_template
        self.executor = executor
        self.executor_config = dict(executor_config or {})
        self.do_xcom_push = do_xcom_push
        self.multiple_outputs = multiple_outputs
        self.inlets = listed(inlets)
        self.outlets = listed(outlets)
        self.doc, self.doc_md, self.doc_json = doc, doc_md, doc_json
        self.doc_yaml, self.doc_rst = doc_yaml, doc_rst
        self._task_display_name = task_display_name
        self._logger_name = logger_name
        self.allow_nested_operators = allow_nested_operators
        self.render_template_as_native_obj = render_template_as_native_obj
        self.is_setup = False
        self.is_teardown = False
        self.on_failure_fail_dagrun = False
        self.upstream_task_ids: set[str] = set()
        self.downstream_task_ids: set[str] = set()
        self.task_group = None
        self._dag: DAG | None = None
        if "_unmapped_from" in self.__dict__:
            self._dag, self.task_group = dag, group
        elif dag is not None:
            dag.add_task(self, group)

    def _field(self, name: str) -> str:
        return f"{name} of task {self.task_id!r}"

    def _refuse_unknown(self, kwargs: Mapping[str, Any], dag: "DAG | None") -> None:
        names = ", ".join(sorted(kwargs))
        era = dag.era if dag is not None else calling_era()
        if era is Era.V1 or defaults().allow_illegal_arguments:
            warnings.warn(
                f"{type(self).__name__} {self.task_id!r} does not know {names}; ignored.",
                UnknownArgumentWarning,
                stacklevel=5,
            )
            return
        raise UnknownArguments(
            f"{type(self).__name__} {self.task_id!r} at {self.defined_at[0]}:{self.defined_at[1]} "
            f"does not know the arguments: {names}."
        )

    def _built(self) -> None:
        """The outermost `__init__` is done: all attributes are there."""
        if self._dag is not None and "_unmapped_from" not in self.__dict__:
            self.link_arguments()
            note_work(self)

    # --- what it is called -------------------------------------------------------------------

    @property
    def params(self) -> Any:
        """The params of this task: the DAG's, overridden by its own."""
        if self._params is None:
            from venturi.sdk.param import ParamsDict

            self._params = ParamsDict()
        return self._params

    @params.setter
    def params(self, value: Mapping[str, Any]) -> None:
        from venturi.sdk.param import ParamsDict

        self._params = ParamsDict(value)

    @property
    def task_type(self) -> str:
        """The class name of the operator."""
        return type(self).__name__

    @property
    def operator_name(self) -> str:
        """What people call this kind of operator."""
        return str(getattr(self, "custom_operator_name", None) or self.task_type)

    @property
    def task_display_name(self) -> str:
        """What people call this task."""
        return self._task_display_name or self.task_id

    @property
    def operator_class(self) -> type["BaseOperator"]:
        """The class of the operator."""
        return type(self)

    @classmethod
    def partial(cls, **kwargs: Any) -> "OperatorPartial":
        """The arguments that all instances of a mapped task share; `.expand(...)` follows."""
        from venturi.sdk.mapping import partial_of

        return partial_of(cls, kwargs)

    # --- what runs ---------------------------------------------------------------------------

    def execute(self, context: Any) -> Any:
        """Do the work. Subclasses define this."""
        raise NotImplementedError(f"{type(self).__name__} has to define execute(context).")

    def on_kill(self) -> None:
        """The task is being ended: leave nothing running behind."""

    def pre_execute(self, context: Any) -> None:
        """Called right before `execute`."""
        if self._pre_execute_hook is not None:
            self._pre_execute_hook(context)

    def post_execute(self, context: Any, result: Any = None) -> None:
        """Called right after `execute`, with its result."""
        if self._post_execute_hook is not None:
            self._post_execute_hook(context, result)

    def defer(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: Mapping[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        """Leave the process until `trigger` fires, then go on with `method_name`. Never returns."""
        raise TaskDeferred(trigger=trigger, method_name=method_name, kwargs=kwargs, timeout=timeout)

    def resume_execution(
        self, next_method: str, next_kwargs: Mapping[str, Any] | None, context: Any
    ) -> Any:
        """Go on after a deferral."""
        return getattr(self, next_method)(context, **dict(next_kwargs or {}))

    @property
    def log(self) -> logging.Logger:
        """The logger of this operator; what it says stands in the task's log."""
        kind = type(self)
        name = self._logger_name or f"{kind.__module__}.{kind.__qualname__}"
        return logging.getLogger(f"airflow.task.operators.{name}")

    def argument_values(self) -> list[Any]:
        """The values of the template fields: where results of other tasks may stand."""
        fields = self.template_fields
        names = (fields,) if isinstance(fields, str) else fields
        return [self.__dict__.get(name) for name in names]

    def prepare_for_execution(self) -> Self:
        """A copy whose fields may be rendered without changing the DAG."""
        return copy.copy(self)

    def unmap(self, resolve: Any = None) -> "BaseOperator":
        """Itself: it is not mapped."""
        return self

    # --- copies ------------------------------------------------------------------------------

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        duplicate: Self = type(self).__new__(type(self))
        memo[id(self)] = duplicate
        shallow = {*self.shallow_copy_attrs, "_params", "trigger_rule", "defined_at"}
        for name, value in self.__dict__.items():
            kept = name in shallow or name.endswith("_callback") or callable(value)
            duplicate.__dict__[name] = copy.copy(value) if kept else copy.deepcopy(value, memo)
        return duplicate

    def __repr__(self) -> str:
        return f"<Task({self.task_type}): {self.task_id}>"

    def __lt__(self, other: object) -> bool:
        return isinstance(other, Node) and self.task_id < other.task_id


# Its own `__init__` keeps the promises of its subclasses.
BaseOperator.__init__ = wrapped_init(BaseOperator.__init__)  # type: ignore[method-assign]
