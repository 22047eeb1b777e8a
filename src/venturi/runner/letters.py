"""The letter about a task that failed or is tried again."""

import html
from pathlib import Path
from typing import Any

from venturi.config import get_config
from venturi.core.messages import Call
from venturi.sdk.email import get_email_address_list, send_email
from venturi.sdk.secrets_masker import redact

#: Written for somebody who is woken by it: what, why, what happens next, where to look.
_BODY = """\
<html><body style="font-family: sans-serif; max-width: 44em">
<p><b>{{ dag_id }}.{{ task }}</b> {{ what }}.</p>
<p style="padding: .6em; border-left: 4px solid #c33; background: #f6f6f6">
<code>{{ reason }}</code></p>
<p>{{ next }}</p>
<table cellpadding="3">
<tr><td>DAG</td><td>{{ dag_id }}</td></tr>
<tr><td>Task</td><td>{{ task }}</td></tr>
<tr><td>Run</td><td>{{ run_id }}</td></tr>
<tr><td>Try</td><td>{{ try_number }} of {{ tries }}</td></tr>
<tr><td>Owner</td><td>{{ owner }}</td></tr>
<tr><td>Log</td><td><a href="{{ log_url }}">{{ log_url }}</a><br>{{ log_path }}</td></tr>
</table>
</body></html>
"""

_SUBJECT = "[{{ state }}] {{ dag_id }}.{{ task }}: {{ reason }}"

#: Longest subject, in characters.
_LONGEST_SUBJECT = 150


def send_letter(task: Any, call: Call, context: Any) -> bool:
    """Write to the addresses of `task` about `call`; False when it has none.

    Raises `MailNotSent`, and what a template of the user's raises.
    """
    to = get_email_address_list(getattr(task, "email", None))
    if not to:
        return False
    facts = _facts(task, call, context)
    subject = _rendered("subject_template", _SUBJECT, facts, context, escaped=False)
    body = _rendered("html_content_template", _BODY, facts, context, escaped=True)
    send_email(to, redact(subject)[:_LONGEST_SUBJECT], redact(body))
    return True


def _facts(task: Any, call: Call, context: Any) -> dict[str, Any]:
    ti = context["ti"]
    again = call.kind == "on_retry"
    left = ti.max_tries + 1 - ti.try_number
    index = f"[{ti.map_index}]" if ti.map_index >= 0 else ""
    reason = call.reason or "no reason is known"
    return {
        "dag_id": ti.dag_id,
        "task": f"{ti.task_id}{index}",
        "run_id": ti.run_id,
        "state": "retry" if again else "failed",
        "what": "failed and will be tried again" if again else "failed",
        "next": (
            f"Nothing needs to be done yet: {left} {'try is' if left == 1 else 'tries are'} left."
            if again
            else "It will not be tried again by itself. Once the cause is gone, clear the task to "
            "run it and what follows."
        ),
        "reason": reason,
        "exception_html": html.escape(reason).replace("\n", "<br>"),
        "try_number": ti.try_number,
        "max_tries": ti.max_tries,
        "tries": ti.max_tries + 1,
        "owner": getattr(task, "owner", ""),
        "log_url": ti.log_url,
        "log_path": ti.log_filepath,
    }


def _rendered(
    option: str, built_in: str, facts: dict[str, Any], context: Any, escaped: bool
) -> str:
    """The user's template of this option, else ours; the user's sees all template variables."""
    import jinja2

    from venturi.sdk.template_env import TaskEnvironment

    file = get_config().get("email", option, fallback=None)
    source = Path(file).read_text(encoding="utf-8") if file else built_in
    env = TaskEnvironment(autoescape=escaped, undefined=jinja2.Undefined)
    names = facts if not file else context | facts | {"task": context["task"]}
    return str(env.rendered(env.from_string(source), names)).strip()
