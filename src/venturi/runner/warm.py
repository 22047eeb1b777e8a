"""Compiling the templates of a DAG before forking, so that no attempt has to."""

import logging
from collections.abc import Iterable
from typing import Any

from venturi.sdk.template import LiteralValue
from venturi.sdk.template_env import TaskEnvironment, environment_of


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
