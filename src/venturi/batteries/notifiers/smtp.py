"""Tell people by mail."""

from collections.abc import Mapping, Sequence
from typing import Any

from venturi.sdk.email import send_email, send_email_smtp
from venturi.sdk.notifier import BaseNotifier

_SUBJECT = (
    "{{ dag.dag_id }}{% if ti is defined %}.{{ ti.task_id }}: {{ ti.state }}{% endif %} "
    "({{ run_id }})"
)
_TEXT = """\
<p>DAG <b>{{ dag.dag_id }}</b>, run {{ run_id }}\
{% if ti is defined %}, task <b>{{ ti.task_id }}</b>, \
try {{ ti.try_number }}: {{ ti.state }}{% endif %}</p>
{% if exception is defined and exception %}<pre>{{ exception | e }}</pre>{% endif %}
{% if ti is defined %}<p><a href="{{ ti.log_url }}">Log</a></p>{% endif %}
"""


class SmtpNotifier(BaseNotifier):
    """Sends a mail when the callback is called that this is given as.

    to, cc, bcc      addresses: a list, or text with commas or semicolons
    from_email       sender; default that of the configuration
    subject          template; default names the DAG, the task, its state and the run
    html_content     template of the text; default says the same and links to the log
    smtp_conn_id     connection with the server's address and credentials
    files, mime_subtype, mime_charset, custom_headers   as those of `EmailOperator`
    """

    template_fields: Sequence[str] = (
        "from_email",
        "to",
        "subject",
        "html_content",
        "files",
        "cc",
        "bcc",
        "mime_subtype",
        "mime_charset",
        "custom_headers",
    )

    def __init__(
        self,
        to: str | Sequence[str],
        from_email: str | None = None,
        subject: str | None = None,
        html_content: str | None = None,
        files: list[str] | None = None,
        cc: str | Sequence[str] | None = None,
        bcc: str | Sequence[str] | None = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        custom_headers: Mapping[str, Any] | None = None,
        smtp_conn_id: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.to = to
        self.from_email = from_email
        self.subject = subject or _SUBJECT
        self.html_content = html_content or _TEXT
        self.files = files
        self.cc = cc
        self.bcc = bcc
        self.mime_subtype = mime_subtype
        self.mime_charset = mime_charset
        self.custom_headers = custom_headers
        self.smtp_conn_id = smtp_conn_id

    def notify(self, context: Any) -> None:
        """Send the mail."""
        own: dict[str, Any] = {"from_email": self.from_email} if self.from_email else {}
        send = send_email_smtp if own else send_email
        send(
            self.to,
            self.subject,
            self.html_content,
            files=self.files,
            cc=self.cc,
            bcc=self.bcc,
            mime_subtype=self.mime_subtype,
            mime_charset=self.mime_charset,
            custom_headers=self.custom_headers,
            conn_id=self.smtp_conn_id,
            **own,
        )


def send_smtp_notification(to: str | Sequence[str], **kwargs: Any) -> SmtpNotifier:
    """Name of `SmtpNotifier` as a function."""
    return SmtpNotifier(to, **kwargs)
