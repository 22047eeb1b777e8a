"""What attempts at a DAG need to know, found out before forking, so that no attempt has to."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from venturi.batteries.callables import parameters_of
from venturi.sdk.template import LiteralValue
from venturi.sdk.template_env import TaskEnvironment, environment_of

_LOG = logging.getLogger(__name__)


def warm_dag(dag: Any, most: int = 200) -> None:
    """Compile the templates of up to `most` tasks of `dag` and look at what their functions take.

    For its host; never raises.
    """
    # An import that registers abstract classes makes Python forget what is none of them. Every
    # line of a log asks whether its one argument is a Mapping.
    for common in ("", 0, None):
        isinstance(common, Mapping)
    try:
        dag.mapped_over()
    except Exception as error:  # whoever runs a task will hear about it
        _LOG.debug("%s is not warm: %s", dag.dag_id, error)
    for task in list(dag.task_dict.values())[:most]:
        if getattr(task, "is_mapped", False):
            continue
        try:
            env = environment_of(dag, getattr(task, "render_template_as_native_obj", None))
            endings = tuple(task.template_ext or ())
            for field in task.template_fields:
                _compile(env, getattr(task, field, None), endings)
            function = getattr(task, "python_callable", None)
            if callable(function):
                parameters_of(function)
        except Exception as error:
            _LOG.debug("%s is not warm: %s", task.task_id, error)


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
