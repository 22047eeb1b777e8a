"""One attempt at one task, from its DAG to its result, in whatever process this is."""

import contextlib
import copy
import logging
import os
from collections.abc import Iterator
from typing import Any

import msgspec

from venturi.config import get_config
from venturi.core.attempts import AttemptInfo, Result
from venturi.core.clock import Clock, SystemClock
from venturi.core.states import TaskState
from venturi.runner.endings import ending_of, returned
from venturi.runner.failure import reason_of, story_of
from venturi.runner.inline_trigger import carry_on
from venturi.runner.limits import termination, time_limit
from venturi.runner.listening import tell_ended, tell_running
from venturi.runner.rendered import snapshot
from venturi.runner.retrying import decided
from venturi.sdk.comms import Comms, comms_set
from venturi.sdk.context import context_set
from venturi.sdk.context_vars import context_to_airflow_vars
from venturi.sdk.exceptions import TaskDeferred
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.secrets_masker import announced, masked
from venturi.sdk.template_context import TemplateContext, context_of, was_known

_LOG = logging.getLogger("airflow.task")


def run_attempt(
    dag: Any,
    attempt: AttemptInfo,
    comms: Comms,
    *,
    file_loc: str = "",
    clock: Clock | None = None,
    test_mode: bool = False,
    breaks: bool = False,
    interruptible: bool = False,
) -> Result:
    """Run the task of `attempt` and say how it ended. Never raises for what user code does.

    `file_loc` is where the DAG file lies here, for messages. With `test_mode` templates see it and
    nothing else changes. With `breaks` an exception of the task is raised after all, so that a
    debugger stops where it happened; with `interruptible` Ctrl-C and the debugger's `quit` are.
    """
    with comms_set(comms), announced(comms.mask):
        made = _Attempt(dag, attempt, file_loc, clock or SystemClock(), test_mode)
        made.breaks, made.interruptible = breaks, interruptible
        return made.result()


class _Attempt:
    """What the steps of one attempt share."""

    def __init__(
        self,
        dag: Any,
        info: AttemptInfo,
        file_loc: str,
        clock: Clock,
        test_mode: bool,
    ) -> None:
        self.dag, self.info, self.file_loc = dag, info, file_loc
        self.clock, self.test_mode = clock, test_mode
        self.breaks = self.interruptible = False
        self.rendered: str | None = None
        self.task: Any = None
        self.ti: RuntimeTaskInstance | None = None

    def result(self) -> Result:
        info = self.info
        name = f"{info.run.dag_id}.{info.task_id}"
        if info.map_index >= 0:
            name += f"[{info.map_index}]"
        if info.mark_success:
            return Result(state=TaskState.SUCCESS, reason="marked as success without running")
        written = self.dag.task_dict.get(info.task_id)
        if written is None:
            where = f" {self.file_loc}" if self.file_loc else ""
            reason = f"The file{where} has no task {info.task_id!r} in DAG {info.run.dag_id!r}."
            _LOG.error("%s", reason)
            return Result(state=TaskState.FAILED, reason=reason, no_retry=True)
        _LOG.info(
            "Try %d of %d: %s of run %s", info.try_number, info.max_tries + 1, name, info.run.run_id
        )
        result = self._run(written)
        log = _LOG.error if result.state is TaskState.FAILED else _LOG.info
        log("%s: %s%s", name, result.state, f" - {result.reason}" if result.reason else "")
        return result

    def _run(self, written: Any) -> Result:
        ti = self.ti = RuntimeTaskInstance(
            self.info, written, dag=self.dag, clock=self.clock, test_mode=self.test_mode
        )
        context = context_of(ti)
        failure: BaseException | None = None
        try:
            with context_set(context), termination(self._on_kill):
                value = self._steps(ti, written, context)
                xcoms, lengths = returned(
                    ti, self.task, value, _is_mapped_over(ti, written), _longest_map()
                )
            result = Result(state=TaskState.SUCCESS, xcoms=xcoms, lengths=lengths)
        except BaseException as error:
            if self.breaks and ending_of(error).told:
                raise
            if self.interruptible and _is_from_keyboard(error):
                raise
            failure = error
            result = self._ended(error, context)
        with context_set(context):
            tell_ended(ti, result, failure)
        changes: dict[str, Any] = {
            "reason": masked(result.reason),  # it is shown where no log is
            "rendered": self.rendered,
            "map_label": self._label(context),
        }
        if ti.skips:
            changes["skips"] = (*result.skips, *ti.skips)
            changes["skips_whole"] = ti.skips_whole
        return msgspec.structs.replace(result, **changes)

    def _steps(self, ti: RuntimeTaskInstance, written: Any, context: TemplateContext) -> Any:
        task = self.task = ti.task = prepared(written, context)
        context["task"] = task
        with _environment(context):
            task.resolve_template_files()
            task.render_template_fields(context)
            self.rendered = snapshot(task)
            tell_running(ti)
            self._on_execute(task, context)
            task.pre_execute(context=context)
            with time_limit(getattr(task, "execution_timeout", None), self._on_kill):
                value = self._executed(task, context)
            task.post_execute(context=context, result=value)
        return value

    def _executed(self, task: Any, context: TemplateContext) -> Any:
        try:
            return task.execute(context=context)
        except TaskDeferred as deferred:
            return carry_on(task, deferred, context)
        except SystemExit as error:
            if error.code not in {None, 0}:
                raise
            return None  # the usual end of a program that went well

    def _on_execute(self, task: Any, context: TemplateContext) -> None:
        callbacks = getattr(task, "on_execute_callback", None) or ()
        for callback in callbacks if isinstance(callbacks, list | tuple) else (callbacks,):
            try:
                callback(context)
            except Exception as error:
                _LOG.error("on_execute_callback failed: %s\n%s", reason_of(error), story_of(error))

    def _on_kill(self) -> None:
        if self.task is not None:
            self.task.on_kill()

    def _ended(self, error: BaseException, context: TemplateContext) -> Result:
        ending = ending_of(error)
        if ending.told:
            story = story_of(error)
            if story:
                _LOG.error("%s", story)
            hint = _hint(error)
            if hint:
                _LOG.error("%s", hint)
        result = ending.result(error)
        if result.state is TaskState.FAILED and not result.no_retry:
            return self._by_policy(result, error, context)
        return result

    def _by_policy(self, result: Result, error: BaseException, context: TemplateContext) -> Result:
        policy = getattr(self.task, "retry_policy", None)
        if policy is None:
            return result
        return decided(policy, result, error, self.info, context)

    def _label(self, context: TemplateContext) -> str | None:
        template = getattr(self.task, "map_index_template", None)
        if self.info.map_index < 0 or not template:
            return None
        try:
            env = self.task.get_template_env()
            with context_set(context):
                return str(env.rendered(env.compiled(template), context))
        except Exception as error:
            _LOG.warning("map_index_template could not be rendered: %s", reason_of(error))
            return None


def prepared(written: Any, context: TemplateContext) -> Any:
    """A copy of the task to run: what it renders and sets must not reach the next attempt."""
    return copy.copy(written.unmap_for(context) if written.is_mapped else written)


@contextlib.contextmanager
def _environment(context: TemplateContext) -> Iterator[None]:
    """Programs that the task starts find `AIRFLOW_CTX_DAG_ID` and its kin."""
    told = context_to_airflow_vars(context, in_env_var_format=True)
    before = {name: os.environ.get(name) for name in told}
    for name, value in told.items():
        os.environ[name] = value
    try:
        yield
    finally:
        for name, old in before.items():
            if old is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = old


def _is_from_keyboard(error: BaseException) -> bool:
    return isinstance(error, KeyboardInterrupt) or type(error).__name__ == "BdbQuit"


def _is_mapped_over(ti: RuntimeTaskInstance, written: Any) -> bool:
    if ti.map_index >= 0:
        return False
    return written.task_id in written.get_dag().mapped_over()


def _longest_map() -> int:
    return get_config().getint("core", "max_map_length")


def _hint(error: BaseException) -> str | None:
    """For an unknown name in a template that earlier Airflow lines knew."""
    if type(error).__name__ != "UndefinedError":
        return None
    name = str(error).partition("'")[2].partition("'")[0]
    row = was_known(name)
    return row and f"Hint: {name!r} is a name of Airflow 1.x and 2.x ({row.help}); see the docs."
