"""Calls about what was not done in time: SLAs of tasks, deadlines of runs."""

import asyncio
import contextlib
import html
import importlib
import inspect
import logging
from collections.abc import Awaitable, Iterator
from typing import Any

from venturi.core.attempts import AttemptInfo
from venturi.core.messages import Call
from venturi.core.requests import GetStates
from venturi.runner.failure import failed_with
from venturi.sdk.comms import Comms
from venturi.sdk.deadline import DeadlineCallback, alerts_of
from venturi.sdk.email import MailNotConfigured, get_email_address_list, send_email
from venturi.sdk.runtime_run import DagRun, moment
from venturi.sdk.runtime_ti import RuntimeTaskInstance
from venturi.sdk.secrets_masker import redact
from venturi.sdk.sla import SlaMiss

_LOG = logging.getLogger("airflow.callbacks")


# --- SLAs of tasks ---------------------------------------------------------------------------


def tell_of_slas(dag: Any, call: Call, comms: Comms) -> Iterator[str]:
    """Run `sla_miss_callback` with its five values, and write to whom the tasks name; problems."""
    run = DagRun(call.run, dag)
    slas = [
        SlaMiss(task_id, call.dag_id, run.logical_date, moment(call.at)) for task_id in call.missed
    ]
    blocking = _blocking(dag, call, comms)
    told = "\n".join(f"{sla.task_id} on {sla.execution_date}" for sla in slas)
    held = "\n".join(f"{ti.task_id} on {run.logical_date}" for ti in blocking)
    if call.callbacks:
        given = dag.sla_miss_callback
        for callback in given if isinstance(given, list | tuple | set) else (given,):
            try:
                callback(dag, told, held, slas, blocking)
            except BaseException as error:
                yield failed_with("sla_miss_callback", error)
    if call.email:
        yield from _lettered(dag, call, slas, blocking)


def _blocking(dag: Any, call: Call, comms: Comms) -> list[RuntimeTaskInstance]:
    """The task instances of the run that have not succeeded: what may be waited for."""
    states: dict[str, str | None] = {}
    with contextlib.suppress(Exception):
        answer = comms.ask(GetStates(dag_id=call.dag_id, run_ids=(call.run.run_id,))) or {}
        states = dict(answer.get(call.run.run_id, {}))
    found = []
    for task_id in dag.task_dict:
        state = states.get(task_id, "success")
        if state != "success":
            info = AttemptInfo(ti_id=0, try_number=1, epoch=0, task_id=task_id, run=call.run)
            ti = RuntimeTaskInstance(info, dag.task_dict[task_id], dag=dag)
            ti.state = state
            found.append(ti)
    return found


_BODY = """\
<html><body style="font-family: sans-serif; max-width: 44em">
<p>{count} of <b>{dag_id}</b> {were} not done in time.</p>
<p>The run of {date} was due at {due}. Late:</p>
<ul>{late}</ul>
<p>What of the run has not succeeded yet:</p>
<ul>{open}</ul>
<p>To see what it waits for: <code>airflow why {dag_id}</code></p>
</body></html>
"""


def _lettered(
    dag: Any, call: Call, slas: list[SlaMiss], blocking: list[RuntimeTaskInstance]
) -> Iterator[str]:
    tasks = [dag.task_dict[sla.task_id] for sla in slas if sla.task_id in dag.task_dict]
    to = {address for task in tasks for address in get_email_address_list(task.email)}
    if not to:
        return
    subject = f"[SLA missed] {call.dag_id}: {', '.join(sla.task_id for sla in slas)}"
    body = _BODY.format(
        count="A task" if len(slas) == 1 else f"{len(slas)} tasks",
        were="was" if len(slas) == 1 else "were",
        dag_id=html.escape(call.dag_id),
        date=slas[0].execution_date,
        due=call.run.run_after.isoformat(),
        late="".join(f"<li>{html.escape(sla.task_id)}</li>" for sla in slas),
        open="".join(
            f"<li>{html.escape(ti.task_id)}: {ti.state or 'not begun'}</li>" for ti in blocking
        ),
    )
    try:
        send_email(sorted(to), redact(subject)[:150], redact(body))
    except MailNotConfigured as error:
        _LOG.warning("%s (SLA of %s)", error, call.dag_id)
    except Exception as error:
        yield failed_with("The letter", error)


# --- deadlines of runs -----------------------------------------------------------------------


def tell_of_deadline(dag: Any, call: Call, context: dict[str, Any]) -> Iterator[str]:
    """Run the callback of the alert whose deadline has passed; problems."""
    alerts = alerts_of(dag)
    if call.alert >= len(alerts):
        yield f"DAG {call.dag_id!r} no longer has the deadline that was missed."
        return
    alert = alerts[call.alert]
    facts = {"name": alert.name, "deadline_time": moment(call.deadline_at), "id": call.call_id}
    context = context | {"deadline": facts}
    try:
        _run(alert.callback, context)
    except BaseException as error:
        yield failed_with("The callback of the missed deadline", error)


def _run(callback: DeadlineCallback, context: dict[str, Any]) -> None:
    given: Any = callback.callback_callable
    if isinstance(given, str):
        module, _, name = given.rpartition(".")
        given = getattr(importlib.import_module(module), name)
    if inspect.isclass(given):  # a notifier renders its arguments itself
        notifier: Any = given(**callback.kwargs)
        answer = notifier(context)
    else:
        kwargs = {name: _rendered(value, context) for name, value in callback.kwargs.items()}
        answer = given(**kwargs, **({"context": context} if _takes_context(given) else {}))
    if inspect.isawaitable(answer):
        asyncio.run(_awaited(answer))


async def _awaited(answer: Awaitable[Any]) -> None:
    await answer


def _takes_context(given: Any) -> bool:
    try:
        parameters = inspect.signature(given).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(each.name == "context" or each.kind is each.VAR_KEYWORD for each in parameters)


def _rendered(value: Any, context: dict[str, Any]) -> Any:
    """Text is a template of the context, as elsewhere."""
    if not isinstance(value, str) or "{" not in value:
        return value
    from venturi.sdk.template_env import TaskEnvironment

    env = TaskEnvironment()
    return env.rendered(env.from_string(value), context)
