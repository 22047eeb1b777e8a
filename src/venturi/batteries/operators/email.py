"""Send a mail."""

from collections.abc import Iterable, Mapping
from typing import Any

from venturi.sdk.email import send_email, send_email_smtp
from venturi.sdk.operator import BaseOperator


class EmailOperator(BaseOperator):
    """Sends a mail through the server of `[smtp]`, or the function of `[email] email_backend`.

    to, cc, bcc      addresses: a list, or text with commas or semicolons
    subject          one line
    html_content     the text, as HTML; the name of a template file if it ends in `.html`
    files            paths of files to attach
    mime_subtype     default mixed
    mime_charset     default utf-8
    conn_id          connection with the server's address and credentials
    from_email       sender; default that of the configuration
    custom_headers   further headers
    """

    template_fields = ("to", "from_email", "subject", "html_content", "files", "cc", "bcc")
    template_fields_renderers = {"html_content": "html"}
    template_ext = (".html",)
    ui_color = "#e3f4f9"

    def __init__(
        self,
        *,
        to: str | list[str],
        subject: str,
        html_content: str,
        files: list[str] | None = None,
        cc: str | list[str] | None = None,
        bcc: str | list[str] | None = None,
        mime_subtype: str = "mixed",
        mime_charset: str = "utf-8",
        conn_id: str | None = None,
        from_email: str | None = None,
        custom_headers: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.to = to
        self.subject = subject
        self.html_content = html_content
        self.files: Iterable[str] = files or []
        self.cc = cc
        self.bcc = bcc
        self.mime_subtype = mime_subtype
        self.mime_charset = mime_charset
        self.conn_id = conn_id
        self.from_email = from_email
        self.custom_headers = custom_headers

    def execute(self, context: Mapping[str, Any]) -> None:
        # The configured function takes the configured sender; one of its own goes by SMTP.
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
            conn_id=self.conn_id,
            custom_headers=self.custom_headers,
            **own,
        )
