"""Callbacks and letters about a task or a run, in a process of their own.

They fire also when the task's process was killed; each has its own error boundary, so that one
that fails keeps nobody else from running.
"""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from venturi.core.attempts import AttemptInfo
from venturi.core.clock import Clock
from venturi.core.messages import Call
from venturi.core.requests import GetStates
from venturi.runner.attempt import prepared
from venturi.runner.failure import failed_with
from venturi.runner.late import tell_of_deadline, tell_of_slas
from venturi.runner.letters import send_letter
from venturi.runner.listening import tell_run
from venturi.sdk.comms import Comms, comms_set
from venturi.sdk.context import context_set
from venturi.sdk.email import MailNotConfigured
from venturi.sdk.exceptions import AirflowException
from venturi.sdk.runtime_run import DagRun
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.secrets_masker import announced
from venturi.sdk.template_context import TemplateContext, context_of

_LOG = logging.getLogger("airflow.callbacks")

#: States in which a task is what a DAG's failure callback wants to hear about first.
_TELLING = ("failed", "upstream_failed", "skipped", "success")


def run_callbacks(dag: Any, call: Call, comms: Comms, *, clock: Clock | None = None) -> str | None:
    """Run the callbacks of `call` and send its letter; what went wrong in one line, or None.

    Callbacks are functions or notifiers, single or in lists, and are given the context.
    """
    with comms_set(comms), announced(comms.mask):
        problems = list(_problems(dag, call, comms, clock))
    return "; ".join(problems) or None


def _problems(dag: Any, call: Call, comms: Comms, clock: Clock | None) -> Iterator[str]:
    if call.attempt is None:
        tell_run(DagRun(call.run, dag), call.kind, call.reason)
    if call.kind == "sla_miss":
        yield from tell_of_slas(dag, call, comms)
        return
    info = call.attempt if call.attempt is not None else _speaking_for(dag, call, comms)
    if info is None:  # a DAG without tasks has runs too
        run = DagRun(call.run, dag)
        bare = {"dag": dag, "dag_run": run, "run_id": run.run_id, "reason": call.reason}
        yield from _called(dag, call, bare)
        return
    if info.task_id not in dag.task_dict:
        yield (
            f"DAG {call.dag_id!r} no longer has a task {info.task_id!r}, so its callbacks cannot "
            "run."
        )
        return
    written = dag.task_dict[info.task_id]
    ti = RuntimeTaskInstance(info, written, dag=dag, clock=clock)
    ti.state = call.state or ti.state
    context = _context(ti, written, call)
    with context_set(context):
        if call.kind == "deadline":
            yield from tell_of_deadline(dag, call, context)
        elif call.callbacks:
            owner = dag if call.attempt is None else context["task"]
            yield from _called(owner, call, context)
        if call.email:
            yield from _lettered(context, call)


def _context(ti: RuntimeTaskInstance, written: Any, call: Call) -> TemplateContext:
    context = context_of(ti)
    if call.attempt is not None:
        # As in the attempt itself, a callback sees the task with its templates rendered - where
        # that is possible: perhaps it is what failed.
        with contextlib.suppress(Exception), context_set(context):
            context["task"] = ti.task = task = prepared(written, context)
            task.resolve_template_files()
            task.render_template_fields(context)
    context["reason"] = call.reason
    if call.kind in {"on_failure", "on_retry"}:
        context["exception"] = AirflowException(call.reason)
    return context


def _called(owner: Any, call: Call, context: dict[str, Any]) -> Iterator[str]:
    for callback in _several(getattr(owner, f"{call.kind}_callback", None)):
        name = _name(callback)
        _LOG.info("%s_callback: %s", call.kind, name)
        try:
            callback(context)
        except BaseException as error:
            yield failed_with(f"{call.kind}_callback {name}", error)


def _lettered(context: TemplateContext, call: Call) -> Iterator[str]:
    try:
        if not send_letter(context["task"], call, context):
            _LOG.info("No letter: the task has no address in `email`.")
    except MailNotConfigured as error:
        _LOG.warning("%s (%s: %s)", error, context["ti"].task_id, call.reason)
    except Exception as error:
        yield failed_with("The letter", error)


def _speaking_for(dag: Any, call: Call, comms: Comms) -> AttemptInfo | None:
    """For a DAG's own callbacks: the task instance that says most about how the run ended."""
    states: dict[str, str] = {}
    with contextlib.suppress(Exception):
        answer = comms.ask(GetStates(dag_id=call.dag_id, run_ids=(call.run.run_id,))) or {}
        states = dict(answer.get(call.run.run_id, {}))
    known = [task_id for task_id in states if task_id in dag.task_dict]
    chosen = min(known, key=lambda task_id: _rank(states[task_id]), default=None)
    task_id = chosen or next(iter(dag.task_dict), None)
    if task_id is None:
        return None
    return AttemptInfo(ti_id=0, try_number=1, epoch=0, task_id=task_id, run=call.run)


def _rank(state: str) -> int:
    return _TELLING.index(state) if state in _TELLING else len(_TELLING)


def _several(callbacks: Any) -> Iterable[Callable[..., Any]]:
    if callbacks is None:
        return ()
    return tuple(callbacks) if isinstance(callbacks, list | tuple | set) else (callbacks,)


def _name(callback: Any) -> str:
    return str(getattr(callback, "__qualname__", None) or type(callback).__qualname__)
