"""The kinds of decorated tasks: `@task.<kind>`."""

import ast
import importlib
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.operator import BaseOperator
from venturi.sdk.taskflow.decorated import DecoratedOperator


class Kind(NamedTuple):
    """A kind: where its operator lives, and the mixin that joins it to a function."""

    operator: str
    mixin: type[DecoratedOperator]


class ForwardingTask(DecoratedOperator):
    """The operator calls the function itself."""


class CommandTask(DecoratedOperator):
    """The function's result is the command that runs."""

    template_fields = ("op_args", "op_kwargs", "env", "cwd")
    forwards = False

    def __init__(self, **kwargs: Any) -> None:
        # The command is known once the function was called.
        super().__init__(**kwargs, bash_command="-")

    def execute(self, context: Mapping[str, Any]) -> Any:
        call = importlib.import_module("venturi.batteries.callables").call
        command = call(self.python_callable, self.op_args, self.op_kwargs, context)
        if not isinstance(command, str) or not command.strip():
            raise TypeError(f"@task.bash {self.task_id!r} returned {command!r}, not a command.")
        self.__dict__["bash_command"] = self.render_template(command, context)
        return super().execute(context)


class StubTask(DecoratedOperator):
    """A task whose work is done in another language; its function has an empty body."""

    forwards = False
    custom_operator_name = "@task.stub"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        tree = ast.parse(self.get_python_source()).body[0]
        body = getattr(tree, "body", [])
        empty = (ast.Pass, ast.Expr)
        if not all(isinstance(each, empty) for each in body):
            raise AirflowException(
                f"@task.stub {self.task_id!r} describes work that is done elsewhere: its function "
                "must have an empty body (`...`)."
            )

    def execute(self, context: Any) -> Any:
        raise AirflowException(
            f"@task.stub {self.task_id!r} has no worker of its language to run it here."
        )


_OPERATORS = "venturi.batteries.operators"
_SENSORS = "venturi.batteries.sensors"

KINDS: Mapping[str, Kind] = {
    "python": Kind(f"{_OPERATORS}.python.PythonOperator", ForwardingTask),
    "virtualenv": Kind(f"{_OPERATORS}.python_virtualenv.PythonVirtualenvOperator", ForwardingTask),
    "external_python": Kind(
        f"{_OPERATORS}.python_virtualenv.ExternalPythonOperator", ForwardingTask
    ),
    "branch": Kind(f"{_OPERATORS}.python.BranchPythonOperator", ForwardingTask),
    "branch_virtualenv": Kind(
        f"{_OPERATORS}.python_virtualenv.BranchPythonVirtualenvOperator", ForwardingTask
    ),
    "branch_external_python": Kind(
        f"{_OPERATORS}.python_virtualenv.BranchExternalPythonOperator", ForwardingTask
    ),
    "short_circuit": Kind(f"{_OPERATORS}.short_circuit.ShortCircuitOperator", ForwardingTask),
    "sensor": Kind(f"{_SENSORS}.python.PythonSensor", ForwardingTask),
    "bash": Kind(f"{_OPERATORS}.bash.BashOperator", CommandTask),
    "stub": Kind("", StubTask),
}


@cache
def operator_of(kind: str) -> type[BaseOperator]:
    """The operator class of a kind, made when it is first used."""
    row = KINDS[kind]
    if not row.operator:
        return row.mixin
    module, _, name = row.operator.rpartition(".")
    operator: type[BaseOperator] = getattr(importlib.import_module(module), name)
    own = row.mixin.template_fields
    fields = tuple(dict.fromkeys([*own, *operator.template_fields]))
    if row.mixin is CommandTask:
        fields = tuple(each for each in fields if each != "bash_command")
    title = "@task" if kind == "python" else f"@task.{kind}"
    shallow = (*row.mixin.shallow_copy_attrs, *operator.shallow_copy_attrs)
    return type(
        f"_{operator.__name__.removesuffix('Operator')}DecoratedOperator",
        (row.mixin, operator),
        {
            "__module__": operator.__module__,
            "__doc__": operator.__doc__,
            "template_fields": fields,
            "template_ext": operator.template_ext,
            "template_fields_renderers": {
                **row.mixin.template_fields_renderers,
                **operator.template_fields_renderers,
            },
            "shallow_copy_attrs": tuple(dict.fromkeys(shallow)),
            "ui_color": operator.ui_color,
            "custom_operator_name": title,
            "inherits_from_skipmixin": operator.inherits_from_skipmixin,
            "is_sensor": operator.is_sensor,
        },
    )
