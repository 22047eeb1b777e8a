"""Mails of operators and notifiers, taken by a server on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.batteries.make import run
from venturi.batteries.notifiers.smtp import SmtpNotifier
from venturi.batteries.operators.email import EmailOperator
from venturi.batteries.operators.python import PythonOperator
from venturi.config import get_config
from venturi.core.states import TaskState
from venturi.sdk.dag import DAG


class Box:
    """Keeps the letters it gets."""

    def __init__(self) -> None:
        self.letters: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.letters.append(envelope)
        return "250 OK"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch, unused_port: int) -> Iterator[Box]:
    box = Box()
    controller = Controller(box, hostname="127.0.0.1", port=unused_port)
    controller.start()
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_PORT", str(unused_port))
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_STARTTLS", "False")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_MAIL_FROM", "venturi@example.com")
    get_config.cache_clear()
    yield box
    controller.stop()


def test_an_operator_sends_a_mail(box: Box) -> None:
    with DAG("d"):
        task = EmailOperator(
            task_id="t", to="a@example.com; b@example.com", cc=["c@example.com"],
            subject="Report of {{ ds }}", html_content="<b>{{ run_id }}</b>",
        )  # fmt: skip
    result = run(task)
    assert result.state is TaskState.SUCCESS, result.reason
    (letter,) = box.letters
    assert letter.rcpt_tos == ["a@example.com", "b@example.com", "c@example.com"]
    assert letter.mail_from == "venturi@example.com"
    text = letter.content.decode()
    assert "Subject: Report of 2026-11-20" in text and "<b>r</b>" in text


def test_a_sender_of_its_own_is_used(box: Box) -> None:
    with DAG("d"):
        task = EmailOperator(
            task_id="t", to="a@example.com", from_email="me@example.com", subject="s",
            html_content="h",
        )  # fmt: skip
    assert run(task).state is TaskState.SUCCESS
    assert box.letters[0].mail_from == "me@example.com"


def test_a_notifier_tells_what_happened(box: Box) -> None:
    notifier = SmtpNotifier(to="a@example.com")
    with DAG("d"):
        task = PythonOperator(
            task_id="t", python_callable=lambda: None, on_execute_callback=notifier
        )
    assert run(task).state is TaskState.SUCCESS
    (letter,) = box.letters
    assert "Subject: d.t: running (r)" in letter.content.decode()
