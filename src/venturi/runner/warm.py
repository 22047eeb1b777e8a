"""Doing once, before forking, what every attempt would do for the first time.

A first attempt in a fresh process costs some 20 ms: late imports, Jinja's lexer, regular
expressions, the configuration. A fork of a process that has done it all costs one or two.
"""

import contextlib
import importlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from venturi.core.clock import SystemClock
from venturi.core.messages import AttemptInfo, RunInfo
from venturi.runner.attempt import run_attempt
from venturi.runner.memory import MemoryComms
from venturi.sdk.template import LiteralValue
from venturi.sdk.template_env import TaskEnvironment, environment_of

#: Imported late by those who need them; nearly every attempt does.
_LATE = (
    "_strptime",
    "jinja2.ext",
    "pprint",
    "venturi.config.urls",
    "venturi.sdk.accessors",
    "venturi.sdk.macros",
    "venturi.sdk.runtime_assets",
    "venturi.sdk.runtime_params",
    "venturi.sdk.variable",
    "venturi.sdk.connection",
)

#: A template that looks at what templates look at.
_TEMPLATE = (
    "{% for each in [1] %}{{ ds }} {{ ts }} {{ macros.ds_add(ds, 7) }} {{ params }}"
    "{{ data_interval_start | ds_nodash }} {{ run_id }} {{ ti.task_id }}{% endfor %}"
)


def warm_process() -> None:
    """Make the first attempt of this process, at a task that does nothing. For the base."""
    for name in _LATE:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    from venturi.sdk.dag import DAG
    from venturi.sdk.operator import BaseOperator

    class Nothing(BaseOperator):
        template_fields = ("text",)

        def __init__(self, text: str, **kwargs: Any) -> None:
            super().__init__(**kwargs)
            self.text = text

        def execute(self, context: Any) -> dict[str, Any]:
            return {**context}["params"] or {"text": self.text}

    now = SystemClock().now()
    with DAG("warm", schedule=None, params={"a": 1}) as dag:
        Nothing(task_id="nothing", text=_TEMPLATE, execution_timeout=timedelta(minutes=1))
    run = RunInfo(
        dag_id="warm", run_id="warm", run_type="manual", run_after=now, logical_date=now,
        data_interval_start=now, data_interval_end=now,
    )  # fmt: skip
    log = logging.getLogger("airflow.task")
    before = log.disabled
    log.disabled = True
    try:
        info = AttemptInfo(ti_id=0, try_number=1, epoch=0, run=run, task_id="nothing")
        run_attempt(dag, info, MemoryComms(run))
    finally:
        log.disabled = before


def warm_dag(dag: Any, most: int = 200) -> None:
    """Compile the templates of up to `most` tasks of `dag`. For its host; never raises."""
    for task in list(dag.task_dict.values())[:most]:
        if getattr(task, "is_mapped", False):
            continue
        try:
            env = environment_of(dag, getattr(task, "render_template_as_native_obj", None))
            endings = tuple(task.template_ext or ())
            for field in task.template_fields:
                _compile(env, getattr(task, field, None), endings)
        except Exception as error:  # whoever runs the task will hear about it
            logging.getLogger(__name__).debug("%s is not warm: %s", task.task_id, error)


def _compile(env: TaskEnvironment, value: Any, endings: tuple[str, ...]) -> None:
    match value:
        case str():
            if not env.is_plain(value) and not (endings and value.endswith(endings)):
                env.compiled(value)
        case LiteralValue():
            return
        case dict():
            _compile_all(env, value.values(), endings)
        case list() | tuple():
            _compile_all(env, value, endings)


def _compile_all(env: TaskEnvironment, values: Iterable[Any], endings: tuple[str, ...]) -> None:
    for each in values:
        _compile(env, each, endings)
