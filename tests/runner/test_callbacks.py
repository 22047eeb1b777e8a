"""Callbacks and letters, after the fact."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.runner.make import Task, dag_of
from tests.sdk_runtime.make import FakeClock, FakeComms, attempt, run
from venturi.core.messages import Call
from venturi.core.requests import GetStates
from venturi.runner.callbacks import run_callbacks
from venturi.sdk.context import get_current_context

Option = Callable[[str, str, str], None]

SENT: list[dict[str, Any]] = []


def backend(to: list[str], subject: str, html_content: str, **_: Any) -> None:
    SENT.append({"to": to, "subject": subject, "html": html_content})


@pytest.fixture
def sent(option: Option) -> list[dict[str, Any]]:
    SENT.clear()
    option("email", "email_backend", f"{__name__}.backend")
    return SENT


def call(kind: str = "on_failure", **fields: Any) -> Call:
    info = attempt(try_number=2, max_tries=3, log_path="d/t/2.log")
    known = {"call_id": 1, "file": {"path": "x.py", "key": "1"}, "kind": kind, "dag_id": "d",
             "run": run(), "reason": "exit code 1", "attempt": info, "state": "failed"}  # fmt: skip
    return Call(**{**known, **fields})


def called(task: Any, message: Call, comms: FakeComms | None = None, **dag: Any) -> str | None:
    return run_callbacks(dag_of(task, **dag), message, comms or FakeComms(), clock=FakeClock())


def test_callbacks_see_the_context_and_why() -> None:
    seen: list[Any] = []

    def tell(context: Any) -> None:
        seen.append((context["ti"].task_id, context["reason"], str(context["exception"])))
        seen.append((context["task"].text, context["ti"].try_number, context["ti"].state))
        assert get_current_context() is context

    task = Task(lambda context: None, "{{ ds }}", on_failure_callback=tell)
    assert called(task, call()) is None
    assert seen == [("t", "exit code 1", "exit code 1"), ("2026-11-22", 2, "failed")]


def test_one_that_fails_keeps_nobody_else_from_running(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []

    def broken(context: Any) -> None:
        raise ValueError("no network")

    def exits(context: Any) -> None:
        raise SystemExit(1)

    class Notifier:
        def __call__(self, context: Any) -> None:
            seen.append("told")

    task = Task(lambda context: None, on_failure_callback=[broken, exits, Notifier()])
    problem = called(task, call())
    assert seen == ["told"]
    assert problem is not None
    assert "broken failed: ValueError: no network" in problem
    assert "SystemExit" in problem
    assert "no network" in caplog.text


@pytest.mark.parametrize("kind", ["on_success", "on_retry", "on_skipped", "on_failure"])
def test_each_kind_calls_its_own(kind: str) -> None:
    seen: list[str] = []
    names = ("on_success", "on_retry", "on_skipped", "on_failure")
    task = Task(
        lambda context: None,
        **{f"{name}_callback": lambda context, name=name: seen.append(name) for name in names},
    )
    assert called(task, call(kind)) is None
    assert seen == [kind]


def test_a_template_that_cannot_be_rendered_does_not_stop_callbacks() -> None:
    seen: list[str] = []
    task = Task(
        lambda context: None,
        "{{ nothing }}",
        on_failure_callback=lambda context: seen.append(context["task"].text),
    )
    assert called(task, call()) is None
    assert seen == ["{{ nothing }}"]


def test_callbacks_of_the_dag_speak_of_the_task_that_failed() -> None:
    seen: list[Any] = []
    task = Task(lambda context: None)
    comms = FakeComms()
    comms.answers[GetStates] = {"r1": {"other": "success", "t": "failed"}}
    message = call(attempt=None, reason="a task failed", state="failed")
    problem = called(
        task,
        message,
        comms,
        on_failure_callback=lambda context: seen.append(
            (context["ti"].task_id, context["reason"], context["dag_run"].run_id)
        ),
    )
    assert problem is None
    assert seen == [("t", "a task failed", "r1")]


def test_a_dag_without_tasks_has_callbacks_too() -> None:
    seen: list[str] = []
    task = Task(lambda context: None)
    dag = dag_of(task, on_success_callback=lambda context: seen.append(context["run_id"]))
    dag.task_dict = {}
    message = call("on_success", attempt=None)
    assert run_callbacks(dag, message, FakeComms()) is None
    assert seen == ["r1"]


def test_a_task_that_is_gone_is_said_so() -> None:
    message = call(attempt=attempt("gone"))
    assert "no longer has a task 'gone'" in str(called(Task(lambda context: None), message))


def test_a_failure_is_written_to_the_tasks_addresses(sent: list[dict[str, Any]]) -> None:
    task = Task(lambda context: None, email=["a@example.org", "b@example.org"])
    assert called(task, call(callbacks=False, email=True, reason="<b> exit code 1")) is None
    [letter] = sent
    assert letter["to"] == ["a@example.org", "b@example.org"]
    assert letter["subject"] == "[failed] d.t: <b> exit code 1"
    for fact in ("&lt;b&gt; exit code 1", "r1", "2 of 4", "d/t/2.log", "clear the task"):
        assert fact in letter["html"]


def test_a_retry_says_that_nothing_needs_to_be_done(sent: list[dict[str, Any]]) -> None:
    task = Task(lambda context: None, email="a@example.org")
    assert called(task, call("on_retry", email=True)) is None
    assert sent[0]["subject"].startswith("[retry] d.t")
    assert "2 tries are left" in sent[0]["html"]


def test_templates_of_the_user_make_the_letter(
    sent: list[dict[str, Any]], option: Option, tmp_path: Path
) -> None:
    (tmp_path / "subject").write_text("{{ ti.task_id }} on {{ ds }}: {{ try_number }}")
    (tmp_path / "body").write_text("<p>{{ exception_html | safe }} {{ dag.dag_id }}</p>")
    option("email", "subject_template", str(tmp_path / "subject"))
    option("email", "html_content_template", str(tmp_path / "body"))
    task = Task(lambda context: None, email="a@example.org")
    assert called(task, call(email=True, reason="a < b")) is None
    assert sent[0]["subject"] == "t on 2026-11-22: 2"
    assert sent[0]["html"] == "<p>a &lt; b d</p>"


def test_no_address_means_no_letter(sent: list[dict[str, Any]]) -> None:
    assert called(Task(lambda context: None), call(email=True)) is None
    assert sent == []


def test_a_mail_server_nobody_set_up_is_a_line_in_the_log(
    option: Option, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr("socket.create_connection", refuse)
    task = Task(lambda context: None, email="a@example.org")
    assert called(task, call(email=True)) is None
    assert "Set smtp_host" in caplog.text
    assert "exit code 1" in caplog.text
    option("smtp", "smtp_host", "mail.example.org")
    option("smtp", "smtp_retry_limit", "1")
    assert "mail.example.org" in str(called(task, call(email=True)))


def test_secrets_do_not_go_into_letters(sent: list[dict[str, Any]]) -> None:
    from venturi.sdk.secrets_masker import mask_secret

    mask_secret("hunter22")
    task = Task(lambda context: None, email="a@example.org")
    called(task, call(email=True, reason="login with hunter22 failed"))
    assert "hunter22" not in str(sent)
