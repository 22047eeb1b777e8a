"""Letters through a mail server."""

from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from venturi.core.errors import InvalidInput
from venturi.sdk.email import (
    MailNotConfigured,
    MailNotSent,
    build_mime_message,
    deliver,
    get_email_address_list,
    send_email,
    server,
)

Option = Callable[[str, str, str], None]


class Inbox:
    """A mail server that keeps letters; `answers` are said to the first ones instead of OK."""

    def __init__(self, *answers: str) -> None:
        self.answers = list(answers)
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            return self.answers.pop(0)
        letter = message_from_bytes(envelope.content, policy=default)
        self.letters.append(SimpleNamespace(sender=envelope.mail_from, to=envelope.rcpt_tos,
                                            letter=letter))  # fmt: skip
        return "250 OK"


class OnFreePort(Controller):
    """On a port of the system's choice."""

    def _trigger_server(self) -> None:
        self.port = port_of(self)
        super()._trigger_server()  # type: ignore[no-untyped-call]


def serving(inbox: Inbox, **options: Any) -> Controller:
    controller = OnFreePort(inbox, hostname="127.0.0.1", port=0, **options)
    controller.start()
    return controller


def port_of(controller: Controller) -> int:
    server: Any = controller.server
    return int(server.sockets[0].getsockname()[1])


@pytest.fixture
def inbox(option: Option) -> Iterator[Inbox]:
    inbox = Inbox()
    controller = serving(inbox)
    option("smtp", "smtp_host", "127.0.0.1")
    option("smtp", "smtp_port", str(port_of(controller)))
    yield inbox
    controller.stop()


def test_a_letter_arrives(inbox: Inbox, option: Option, tmp_path: Path) -> None:
    option("smtp", "smtp_mail_from", "airflow@example.org")
    file = tmp_path / "rows.csv"
    file.write_text("a,b\n")
    send_email("a@example.org; b@example.org", "It\nfailed", "<b>ü</b>", files=[str(file)],
               cc=["c@example.org"], bcc="d@example.org")  # fmt: skip
    [got] = inbox.letters
    assert got.to == ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]
    assert got.sender == "airflow@example.org"
    assert got.letter["Subject"] == "It failed"
    assert got.letter["Cc"] == "c@example.org"
    assert "d@example.org" not in str(got.letter)
    body, attached = got.letter.iter_parts()
    assert body.get_content_type() == "text/html"
    assert body.get_content().strip() == "<b>ü</b>"
    assert attached.get_filename() == "rows.csv"


def test_the_sender_people_see_may_be_another(inbox: Inbox, option: Option) -> None:
    option("email", "from_email", "Data team <data@example.org>")
    send_email("a@example.org", "s", "b")
    assert inbox.letters[0].letter["From"] == "Data team <data@example.org>"
    assert inbox.letters[0].sender == "data@example.org"


def test_a_dry_run_sends_nothing(inbox: Inbox) -> None:
    send_email("a@example.org", "s", "b", dryrun=True)
    assert inbox.letters == []


def test_a_server_that_is_busy_is_asked_again(inbox: Inbox) -> None:
    inbox.answers = ["451 later"]
    waits: list[float] = []
    message, to = build_mime_message("x@example.org", "a@example.org", "s", "b")
    deliver(message, "x@example.org", to, server(), wait=waits.append)
    assert (len(inbox.letters), waits) == (1, [1.0])


def test_a_server_that_refuses_is_not_asked_again(inbox: Inbox) -> None:
    inbox.answers = ["550 no", "550 never"]
    with pytest.raises(MailNotSent, match=r"127\.0\.0\.1.*550.*\[smtp\]"):
        send_email("a@example.org", "s", "b")
    assert inbox.answers == ["550 never"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_signing_in_uses_user_and_password(option: Option) -> None:
    inbox = Inbox()
    seen: list[tuple[bytes, bytes]] = []

    def check(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)

    controller = serving(inbox, authenticator=check, auth_require_tls=False)
    try:
        option("smtp", "smtp_host", "127.0.0.1")
        option("smtp", "smtp_port", str(port_of(controller)))
        option("smtp", "smtp_user", "me")
        option("smtp", "smtp_password", "right")
        send_email("a@example.org", "s", "b")
        option("smtp", "smtp_password", "wrong")
        with pytest.raises(MailNotSent, match="Authentication"):
            send_email("a@example.org", "s", "b")
    finally:
        controller.stop()
    assert len(inbox.letters) == 1
    assert (b"me", b"right") in seen


def test_starttls_is_demanded_of_servers_elsewhere(
    monkeypatch: pytest.MonkeyPatch, option: Option, inbox: Inbox
) -> None:
    message, to = build_mime_message("x@example.org", "a@example.org", "s", "b")
    # The same server under a name that is not this machine's.
    monkeypatch.setattr("socket.getaddrinfo", _to_this_machine)
    elsewhere = server()._replace(host="mail.example.org", tries=1)
    with pytest.raises(MailNotSent, match="STARTTLS"):
        deliver(message, "x@example.org", to, elsewhere)
    deliver(message, "x@example.org", to, elsewhere._replace(starttls=False))
    assert len(inbox.letters) == 1


def _to_this_machine(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
    import socket

    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]


def test_no_mail_server_at_all_says_what_to_set() -> None:
    message, to = build_mime_message("x@example.org", "a@example.org", "s", "b")
    closed = server()._replace(host="127.0.0.1", port=1)
    assert not closed.configured
    with pytest.raises(MailNotConfigured, match="smtp_host"):
        deliver(message, "x@example.org", to, closed)
    with pytest.raises(MailNotSent) as caught:
        deliver(message, "x@example.org", to, closed._replace(configured=True, tries=1))
    assert not isinstance(caught.value, MailNotConfigured)


def test_another_backend_may_send(option: Option, monkeypatch: pytest.MonkeyPatch) -> None:
    option("email", "email_backend", f"{__name__}.backend")
    SENT.clear()
    send_email("a@example.org", "s", "b", conn_id="mine")
    assert SENT == [(["a@example.org"], "s", "mine")]


SENT: list[Any] = []


def backend(to: Any, subject: str, html_content: str, conn_id: str, **_: Any) -> None:
    SENT.append((to, subject, conn_id))


def test_addresses_come_in_every_form() -> None:
    assert get_email_address_list("a@x, b@x;c@x ") == ["a@x", "b@x", "c@x"]
    assert get_email_address_list(("a@x", "b@x,c@x")) == ["a@x", "b@x", "c@x"]
    assert get_email_address_list(None) == get_email_address_list("") == []
    with pytest.raises(InvalidInput, match="5"):
        get_email_address_list([5])  # type: ignore[list-item]


def test_certificates_are_checked_unless_told_otherwise(option: Option) -> None:
    assert server().checked
    option("email", "ssl_context", "none")
    assert not server().checked


def test_retries_end(option: Option) -> None:
    inbox = Inbox("451 later", "451 later", "451 later")
    controller = serving(inbox)
    waits: list[float] = []
    try:
        option("smtp", "smtp_port", str(port_of(controller)))
        option("smtp", "smtp_retry_limit", "3")
        message, to = build_mime_message("x@example.org", "a@example.org", "s", "b")
        with pytest.raises(MailNotSent, match="451"):
            deliver(message, "x@example.org", to, server()._replace(host="127.0.0.1"),
                    wait=waits.append)  # fmt: skip
    finally:
        controller.stop()
    assert waits == [1.0, 2.0]


def test_the_sender_can_be_given(option: Option) -> None:
    option("email", "from_email", "house@example.com")
    option("email", "email_backend", f"{__name__}.keep")
    TOLD.clear()
    send_email("a@example.com", "s", "t", from_email="me@example.com")
    send_email("a@example.com", "s", "t")
    assert [each["from_email"] for each in TOLD] == ["me@example.com", "house@example.com"]


TOLD: list[dict[str, Any]] = []


def keep(*_: Any, **named: Any) -> None:
    """A mail backend that keeps what it was given."""
    TOLD.append(named)
