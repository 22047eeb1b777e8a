"""Commands fail, are tried again, fail for good, and somebody hears of it."""

import email
import signal
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.system.home import Home, bash_dag, kill, python_dag

AT_ONCE = "retry_delay=__import__('datetime').timedelta(0)"


class Letters:
    """An SMTP handler that keeps what it is given."""

    def __init__(self) -> None:
        self.received: list[Message] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.received.append(email.message_from_bytes(envelope.content))
        return "250 OK"


class OnFreePort(Controller):
    """On a port of the system's choice."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@pytest.fixture
def letters(home: Home) -> Iterator[Letters]:
    """A mail server that the home's configuration names."""
    handler = Letters()
    server = OnFreePort(handler, hostname="127.0.0.1", port=0)
    server.start()
    try:
        home.option("smtp", "smtp_host", "127.0.0.1")
        home.option("smtp", "smtp_port", str(server.port))
        home.option("smtp", "smtp_starttls", "False")
        home.option("smtp", "smtp_mail_from", "venturi@example.com")
        yield handler
    finally:
        server.stop()


def test_a_command_that_succeeds_at_its_second_try(home: Home) -> None:
    mark = home.path / "tried"
    command = f"[ -e {mark} ] || {{ touch {mark}; echo not yet; exit 3; }}; echo now"
    home.dag("d.py", bash_dag("d", {"t": command}, more=f"retries=1, {AT_ONCE}"))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert home.instance("d", "t", "try_number") == 2
    rows = home.sql("SELECT try_number, state, exit_code FROM task_instance_history ORDER BY id")
    assert [(number, state) for number, state, _ in rows] == [(1, "up_for_retry"), (2, "success")]
    assert "not yet" in home.log("d", "t", 1) and "now" in home.log("d", "t", 2)


def test_a_command_that_keeps_failing_fails_and_a_letter_is_sent(
    home: Home, letters: Letters
) -> None:
    more = f"retries=1, {AT_ONCE}, email='ops@example.com'"
    home.dag("d.py", bash_dag("d", {"t": "echo oh no; exit 4"}, more=more))
    home.scheduler()
    assert home.until_ended("d") == "failed"
    assert home.instance("d", "t", "try_number") == 2
    assert "4" in home.instance("d", "t", "reason")
    home.until(lambda: len(letters.received) == 2, "a letter for the retry and for the failure")
    assert all("d" in str(letter["Subject"]) for letter in letters.received)
    assert [str(letter["To"]) for letter in letters.received] == ["ops@example.com"] * 2
    home.until(lambda: home.value("SELECT count(*) FROM callback_request") == 0, "all are sent")


def test_without_a_mail_server_the_log_says_why_nobody_was_told(home: Home) -> None:
    home.dag("d.py", bash_dag("d", {"t": "exit 4"}, more="email='ops@example.com'"))
    home.scheduler()
    assert home.until_ended("d") == "failed"
    home.until(lambda: home.value("SELECT count(*) FROM callback_request") == 0, "it was tried")
    assert "smtp" in home.log("d", "t").lower()
    assert "Traceback" not in home.log("d", "t")


CALLBACKS = """
def tell(what):
    def callback(context):
        with open({path!r}, 'a') as file:
            file.write(what + ' ' + context['task_instance'].task_id + '\\n')
    return callback
"""


def test_a_killed_task_process_gives_a_reason_and_is_tried_again(home: Home) -> None:
    told = home.path / "told"
    body = f"""
        import os, pathlib, time
        mark = pathlib.Path({str(home.path / "first")!r})
        if not mark.exists():
            mark.write_text(str(os.getpid()))
            time.sleep(60)
    """
    more = f"retries=1, {AT_ONCE}, on_retry_callback=tell('retry'), on_success_callback=tell('ok')"
    home.dag("d.py", python_dag("d", body, top=CALLBACKS.format(path=str(told)), more=more))
    home.scheduler()
    pid = int(home.until(lambda: _text(home, "first"), "the first try runs"))
    assert home.command_line(pid).startswith("airflow task d t")
    kill(pid, signal.SIGKILL)
    assert home.until_ended("d") == "success"
    assert home.instance("d", "t", "try_number") == 2
    ((reason, code),) = home.sql(
        "SELECT reason, exit_code FROM task_instance_history WHERE try_number = 1"
    )
    assert code == -signal.SIGKILL
    assert "SIGKILL" in reason
    assert "SIGKILL" in home.log("d", "t", 1)
    home.until(lambda: _text(home, "told").count("\n") == 2, "both callbacks ran")
    assert _text(home, "told").splitlines() == ["retry t", "ok t"]


def test_a_killed_last_try_fails_the_run_and_calls_back(home: Home, letters: Letters) -> None:
    told = home.path / "told"
    body = f"""
        import os, pathlib, time
        pathlib.Path({str(home.path / "first")!r}).write_text(str(os.getpid()))
        time.sleep(60)
    """
    more = "on_failure_callback=tell('failure'), email='ops@example.com'"
    home.dag("d.py", python_dag("d", body, top=CALLBACKS.format(path=str(told)), more=more))
    home.scheduler()
    pid = int(home.until(lambda: _text(home, "first"), "the task runs"))
    kill(pid, signal.SIGKILL)
    assert home.until_ended("d") == "failed"
    assert "SIGKILL" in home.instance("d", "t", "reason")
    home.until(lambda: _text(home, "told") == "failure t\n", "the callback ran")
    home.until(lambda: len(letters.received) == 1, "a letter was sent")


def _text(home: Home, name: str) -> str:
    path = home.path / name
    return path.read_text() if path.exists() else ""


def test_an_execution_timeout_ends_a_command_and_all_it_started(home: Home) -> None:
    child = home.path / "child"
    command = f"sleep 600 & echo $! > {child}; wait"
    timeout = "execution_timeout=__import__('datetime').timedelta(seconds=0.5)"
    home.dag("d.py", bash_dag("d", {"t": command}, more=timeout))
    home.scheduler()
    assert home.until_ended("d") == "failed"
    pid = int(_text(home, "child"))
    home.until(lambda: not _is_alive(pid), "the command's own child is gone")
    assert "0:00:00.5" in home.instance("d", "t", "reason") or "0.5" in home.instance(
        "d", "t", "reason"
    )


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import os; os._exit(7)", "7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SIGSEGV"),
        ("import sys; sys.exit('enough of this')", "enough of this"),
        ("raise ValueError('a \\x00 strange \\ud800 word')", "ValueError"),
        ("raise MemoryError", "MemoryError"),
        (
            "class Mute(Exception):\n    def __str__(self): raise TypeError\nraise Mute",
            "Mute",
        ),
        ("raise KeyboardInterrupt", "Interrupted"),
    ],
    ids=["exit", "segfault", "sys-exit", "bad-text", "memory", "mute", "interrupt"],
)
def test_however_a_task_ends_its_reason_is_told(home: Home, body: str, words: str) -> None:
    home.dag("d.py", python_dag("d", body))
    home.scheduler()
    assert home.until_ended("d") == "failed"
    assert words in home.instance("d", "t", "reason")


def test_output_that_is_no_text_is_kept(home: Home) -> None:
    body = r"""
        import os, sys
        os.write(1, b'\xff\xfe raw bytes\n')
        sys.stdout.write('no newline at the end')
        print('\ud800', file=sys.stderr)
    """
    home.dag("d.py", python_dag("d", body))
    home.scheduler()
    assert home.until_ended("d") == "success"
    pattern = "logs/dag_id=d/run_id=*/task_id=t/attempt=1.log"
    (path,) = home.path.glob(pattern)
    assert b"\xff\xfe raw bytes\n" in path.read_bytes()
    assert b"no newline at the end" in path.read_bytes()


def test_a_log_that_grows_without_end_is_bounded(home: Home) -> None:
    home.option("venturi", "log_bytes_per_attempt_max", "100000")
    home.dag("d.py", bash_dag("d", {"t": "head -c 3000000 /dev/zero | tr '\\0' x | fold -w 500"}))
    home.scheduler()
    assert home.until_ended("d") == "success"
    assert len(home.log("d", "t")) < 110_000
    assert "log_bytes_per_attempt_max" in home.log("d", "t")


OPERATOR = """
    from datetime import datetime, timedelta
    import pathlib, subprocess, time
    from airflow import DAG
    from airflow.models.baseoperator import BaseOperator

    class Sleeper(BaseOperator):
        def execute(self, context):
            self.child = subprocess.Popen(["sleep", "600"], start_new_session=True)
            pathlib.Path({child!r}).write_text(str(self.child.pid))
            time.sleep(600)

        def on_kill(self):
            self.child.kill()
            self.child.wait()

    with DAG("d", start_date=datetime(2020, 1, 1), schedule="@once"):
        Sleeper(task_id="t", execution_timeout=timedelta(seconds=0.5))
"""


def test_an_execution_timeout_calls_on_kill_of_a_users_operator(home: Home) -> None:
    home.dag("d.py", OPERATOR.format(child=str(home.path / "child")))
    home.scheduler()
    assert home.until_ended("d") == "failed"
    pid = int(_text(home, "child"))
    home.until(lambda: not _is_alive(pid), "what the operator started is gone")
    assert "execution_timeout" in home.instance("d", "t", "reason")
