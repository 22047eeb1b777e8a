"""Call a Python function."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from venturi.batteries.callables import call
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.operator import BaseOperator
from venturi.sdk.skip import BranchMixIn


class PythonOperator(BaseOperator):
    """Calls `python_callable`; what it returns is the task's result.

    python_callable              function, coroutine function or anything that can be called
    op_args, op_kwargs           arguments; templates in them are rendered
    templates_dict               given to the function as `templates_dict` after rendering
    templates_exts               endings of template files that `templates_dict` may name
    show_return_value_in_logs    write the result into the log; default yes
    provide_context              accepted for 1.x files: the context is given by signature anyway

    Of the context (`ti`, `ds`, `params`, ...) the function gets what its signature names, and all
    of it if it takes `**kwargs`.
    """

    template_fields: Sequence[str] = ("templates_dict", "op_args", "op_kwargs")
    template_fields_renderers = {"templates_dict": "json", "op_args": "py", "op_kwargs": "py"}
    # Functions cannot always be copied, and must not be when a task is.
    shallow_copy_attrs: Sequence[str] = ("python_callable", "op_kwargs")
    ui_color = "#fff1cf"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        op_args: Collection[Any] | None = None,
        op_kwargs: Mapping[str, Any] | None = None,
        templates_dict: dict[str, Any] | None = None,
        templates_exts: Sequence[str] | None = None,
        show_return_value_in_logs: bool = True,
        provide_context: bool | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        if not callable(python_callable):
            raise AirflowException(
                f"python_callable of {self.task_id!r} must be a function, not {python_callable!r}."
            )
        self.python_callable = python_callable
        self.op_args: Collection[Any] = op_args if op_args is not None else ()
        self.op_kwargs: Mapping[str, Any] = op_kwargs if op_kwargs is not None else {}
        self.templates_dict = templates_dict
        self.show_return_value_in_logs = show_return_value_in_logs
        if templates_exts:
            self.template_ext = tuple(templates_exts)

    def execute(self, context: Mapping[str, Any]) -> Any:
        result = self.execute_callable(context)
        if self.show_return_value_in_logs:
            self.log.info("Done. Returned value was: %s", result)
        else:
            self.log.info("Done. Returned value not shown.")
        return result

    def execute_callable(self, context: Mapping[str, Any]) -> Any:
        """Call the function; subclasses call it elsewhere."""
        if self.templates_dict is not None:
            context = {**context, "templates_dict": self.templates_dict}
        return call(self.python_callable, self.op_args, self.op_kwargs, context)


class BranchPythonOperator(BranchMixIn, PythonOperator):
    """Calls a function that returns the task id(s) to follow; other direct successors are skipped.

    The ids may be tasks or task groups right after this one; None skips them all.
    """

    ui_color = "#fbe3c0"
    inherits_from_skipmixin = True

    def choose_branch(self, context: Mapping[str, Any]) -> str | Iterable[str] | None:
        """The task id(s) to follow."""
        chosen: str | Iterable[str] | None = super().execute(context)
        return chosen

    def execute(self, context: Mapping[str, Any]) -> Any:
        return self.do_branch(context, self.choose_branch(context))
