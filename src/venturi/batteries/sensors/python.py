"""Wait until a function says so."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from venturi.batteries.callables import call
from venturi.sdk.sensor import BaseSensorOperator, PokeReturnValue


class PythonSensor(BaseSensorOperator):
    """Calls a function again and again until what it returns is true.

    It may return a `PokeReturnValue`, whose `xcom_value` then becomes the task's result. Arguments
    are as those of `PythonOperator`.
    """

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}
    shallow_copy_attrs: Sequence[str] = ("python_callable", "op_kwargs")
    ui_color = "#fff1cf"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: list[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.python_callable = python_callable
        self.op_args = op_args or []
        self.op_kwargs = op_kwargs or {}
        self.templates_dict = templates_dict

    def poke(self, context: Mapping[str, Any]) -> bool | PokeReturnValue:
        if self.templates_dict is not None:
            context = {**context, "templates_dict": self.templates_dict}
        answer = call(self.python_callable, self.op_args, self.op_kwargs, context)
        return answer if isinstance(answer, PokeReturnValue) else bool(answer)
