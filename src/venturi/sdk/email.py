"""Sending letters: through the mail server of `[smtp]`, or the function `[email] email_backend`."""

import logging
import smtplib
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from mimetypes import guess_type
from pathlib import Path
from typing import Any, NamedTuple

from venturi.config import get_config
from venturi.core.errors import InvalidInput, VenturiError

_LOG = logging.getLogger(__name__)

#: Options that, all at their defaults, mean that nobody has set up a mail server.
_TELLING = ("smtp_host", "smtp_port", "smtp_user", "smtp_ssl")


class MailNotSent(VenturiError):
    """A letter could not be delivered; the text names the server and the option to look at."""


class MailNotConfigured(MailNotSent):
    """Nobody has told Venturi about a mail server, and there is none on this machine."""


class Server(NamedTuple):
    """The mail server and how to talk to it."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: bool
    starttls: bool
    timeout: float
    tries: int
    checked: bool
    #: Whether anything about it was set by a person.
    configured: bool


def send_email(
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Iterable[str] | None = None,
    dryrun: bool = False,
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    conn_id: str | None = None,
    custom_headers: Mapping[str, Any] | None = None,
    *,
    from_email: str | None = None,
    **kwargs: Any,
) -> None:
    """Send a letter by the function that `[email] email_backend` names.

    `to`, `cc` and `bcc` are lists, or text with commas or semicolons. `from_email` defaults to
    `[email] from_email`. Raises `MailNotSent`.
    """
    config = get_config()
    backend = config.getimport("email", "email_backend", fallback=None) or send_email_smtp
    backend(
        list(get_email_address_list(to)),
        subject,
        html_content,
        files=files,
        dryrun=dryrun,
        cc=cc,
        bcc=bcc,
        mime_subtype=mime_subtype,
        mime_charset=mime_charset,
        conn_id=conn_id or config.get("email", "email_conn_id", fallback=None),
        from_email=from_email or config.get("email", "from_email", fallback=None),
        custom_headers=custom_headers,
        **kwargs,
    )


def send_email_smtp(
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Iterable[str] | None = None,
    dryrun: bool = False,
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    conn_id: str | None = "smtp_default",
    from_email: str | None = None,
    custom_headers: Mapping[str, Any] | None = None,
    **_: Any,
) -> None:
    """Send a letter through the mail server of `[smtp]`. Raises `MailNotSent`."""
    sender = from_email or get_config().get_mandatory_value("smtp", "smtp_mail_from")
    message, recipients = build_mime_message(
        sender, to, subject, html_content, files, cc, bcc, mime_subtype, mime_charset,
        custom_headers,
    )  # fmt: skip
    if dryrun:
        _LOG.info("Not sent (dry run): %r to %s", subject, ", ".join(recipients))
        return
    deliver(message, parseaddr(sender)[1], recipients, server(conn_id))
    _LOG.info("Sent %r to %s", subject, ", ".join(recipients))


def build_mime_message(
    mail_from: str | None,
    to: str | Iterable[str],
    subject: str,
    html_content: str,
    files: Iterable[str] | None = None,
    cc: str | Iterable[str] | None = None,
    bcc: str | Iterable[str] | None = None,
    mime_subtype: str = "mixed",
    mime_charset: str = "utf-8",
    custom_headers: Mapping[str, Any] | None = None,
) -> tuple[EmailMessage, list[str]]:
    """The letter, and everybody it goes to (`bcc` only there)."""
    message = EmailMessage()
    people = {"To": list(get_email_address_list(to)), "Cc": list(get_email_address_list(cc))}
    # One line: a subject made from a template must not smuggle in headers.
    message["Subject"] = " ".join(str(subject).split())
    message["From"] = mail_from or ""
    for header, addresses in people.items():
        if addresses:
            message[header] = ", ".join(addresses)
    message["Date"] = formatdate(localtime=True)
    for name, value in (custom_headers or {}).items():
        message[name] = str(value)
    message.set_content(str(html_content), subtype="html", charset=mime_charset)
    if mime_subtype != "mixed" and files:
        message.make_mixed()
        message.set_type(f"multipart/{mime_subtype}")
    for name in files or ():
        path = Path(name)
        main, _, sub = (guess_type(path.name)[0] or "application/octet-stream").partition("/")
        message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
    return message, [*people["To"], *people["Cc"], *get_email_address_list(bcc)]


def get_email_address_list(addresses: str | Iterable[str] | None) -> list[str]:
    """Single addresses from a list, or from text with commas or semicolons."""
    if addresses is None:
        return []
    if isinstance(addresses, str):
        parts = addresses.replace(";", ",").split(",")
        return [part.strip() for part in parts if part.strip()]
    found: list[str] = []
    for each in addresses:
        if not isinstance(each, str):
            raise InvalidInput(f"An e-mail address must be text, not {each!r}.")
        found += get_email_address_list(each)
    return found


def server(conn_id: str | None = None) -> Server:
    """The mail server of `[smtp]`; the connection `conn_id` fills in what is not set there."""
    config = get_config()
    host = config.get_mandatory_value("smtp", "smtp_host")
    user = config.get("smtp", "smtp_user", fallback=None) or None
    found = Server(
        host=host,
        port=config.getint("smtp", "smtp_port"),
        user=user,
        password=config.get("smtp", "smtp_password", fallback=None) or None,
        encrypted=config.getboolean("smtp", "smtp_ssl"),
        starttls=config.getboolean("smtp", "smtp_starttls"),
        timeout=config.getfloat("smtp", "smtp_timeout"),
        tries=config.getint("smtp", "smtp_retry_limit"),
        checked=config.get("email", "ssl_context") != "none",
        configured=any(_was_changed(key) for key in _TELLING),
    )
    if found.user is None and conn_id:
        return _with_connection(found, conn_id)
    return found


def deliver(
    message: EmailMessage,
    sender: str,
    recipients: list[str],
    to: Server,
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Hand the letter to the server; again after a while where that may help.

    Raises `MailNotSent` when the last try failed too, or at once where trying again is useless.
    """
    for attempt in range(1, to.tries + 1):
        try:
            with _connected(to) as connection:
                connection.send_message(message, sender, recipients)
            return
        except (OSError, smtplib.SMTPException) as error:
            if not to.configured and isinstance(error, ConnectionRefusedError):
                raise MailNotConfigured(
                    "No letter was sent: no mail server is set up. Set smtp_host and its "
                    "neighbours in the section [smtp] of airflow.cfg."
                ) from error
            if attempt == to.tries or not _may_help(error):
                raise MailNotSent(
                    f"No letter was sent: the mail server {to.host}:{to.port} said "
                    f"{_said(error)}. Look at the section [smtp] of airflow.cfg."
                ) from error
            wait(min(2.0 ** (attempt - 1), 10.0))


def _connected(to: Server) -> smtplib.SMTP:
    if to.encrypted:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            to.host, to.port, timeout=to.timeout, context=_tls(to)
        )
    else:
        connection = smtplib.SMTP(to.host, to.port, timeout=to.timeout)
    try:
        connection.ehlo_or_helo_if_needed()
        if to.starttls and not to.encrypted:
            _start_tls(connection, to)
        if to.user and to.password:
            connection.login(to.user, to.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _start_tls(connection: smtplib.SMTP, to: Server) -> None:
    """Encrypt. A server on this machine that cannot is spoken to in the clear."""
    if not connection.has_extn("starttls") and to.host in {"localhost", "127.0.0.1", "::1"}:
        return
    connection.starttls(context=_tls(to))


def _tls(to: Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if not to.checked:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _may_help(error: Exception) -> bool:
    """Whether the same letter may pass a moment later."""
    if isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError):
        return False
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code < 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code < 500
    return not isinstance(error, ssl.SSLCertVerificationError)


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())


def _was_changed(key: str) -> bool:
    from venturi.config.options import OptionName
    from venturi.config.table.all import options_by_name

    default = options_by_name()[OptionName("smtp", key)].default
    return (get_config().get("smtp", key, fallback=None) or None) != (default or None)


def _with_connection(found: Server, conn_id: str) -> Server:
    from venturi.sdk.connection import Connection

    try:
        connection = Connection.get(conn_id)
    except VenturiError:  # there is none, or nobody to ask
        return found
    if connection.host and not found.configured:
        found = found._replace(
            host=connection.host, port=connection.port or found.port, configured=True
        )
    return found._replace(user=connection.login or None, password=connection.password or None)
