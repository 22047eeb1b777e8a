"""The task process: one attempt from start to result, or one call of callbacks."""

import resource
import socket
import sys
import threading
from collections.abc import Mapping
from typing import Any

from setproctitle import setproctitle

from venturi.core.attempts import FileRef, Result, Usage
from venturi.core.clock import Clock
from venturi.core.host_messages import Begun, CalledBack, Done, Mask, ToTask
from venturi.core.messages import Ask, AskTimetable, Call, Load, Loaded, Reply, Start, TimetableSaid
from venturi.core.requests import Request
from venturi.core.states import TaskState
from venturi.runner.asking import answer_of
from venturi.runner.forking import reseed
from venturi.runner.wire import Wire, WireClosed
from venturi.sdk.comms import set_comms


class ChannelComms:
    """Asks the engine over the task's channel."""

    def __init__(self, wire: "Wire[ToTask]") -> None:
        self._wire = wire
        self._asked = 0
        #: threads of a task ask too, and must not take each other's answers
        self._turn = threading.Lock()

    def ask(self, request: Request) -> Any:
        """The decoded answer; waits for it."""
        with self._turn:
            self._asked += 1
            self._wire.send(Ask(ask_id=self._asked, request=request))
            while True:
                message = self._wire.receive()
                if isinstance(message, Reply) and message.ask_id == self._asked:
                    return answer_of(message)

    def mask(self, secret: str) -> None:
        """The runner must never write `secret` to this attempt's log."""
        with self._turn:
            self._wire.send(Mask(secrets=(secret,)))


def wait_for_work(
    connection: socket.socket,
    dags: Mapping[str, Any],
    loaded: Loaded | None,
    plugins: str,
    clock: Clock,
) -> None:
    """What a spare does: wait for one message, do what it says, end."""
    wire: Wire[ToTask] = Wire(connection, ToTask)
    try:
        message = wire.receive()
        reseed()
        set_comms(ChannelComms(wire))
        match message:
            case Start():
                _run(wire, message, dags, loaded, plugins, clock)
            case Call():
                _call_back(wire, message, dags, loaded, plugins)
            case AskTimetable():
                _consult(wire, message, dags, loaded, plugins)
            case Reply():
                pass
    except WireClosed:
        pass  # the runner is gone, or does not want this spare


def _run(
    wire: "Wire[ToTask]",
    message: Start,
    dags: Mapping[str, Any],
    loaded: Loaded | None,
    plugins: str,
    clock: Clock,
) -> None:
    from venturi.runner.attempt import run_attempt
    from venturi.runner.tasklog import set_up

    attempt = message.attempt
    setproctitle(f"airflow task {attempt.run.dag_id} {attempt.task_id} {attempt.run.run_id}")
    set_up()
    wire.send(Begun(at=clock.now()))
    dag, error = _dag(message.file, attempt.run.dag_id, dags, loaded, plugins, message)
    if dag is None:
        result = Result(state=TaskState.FAILED, reason=error)
        sys.stdout.write(f"{error}\n")
    else:
        result = run_attempt(
            dag, attempt, ChannelComms(wire), file_loc=message.file.path, clock=clock
        )
    _flush()
    wire.send(Done(result=result, usage=_used()))


def _call_back(
    wire: "Wire[ToTask]",
    message: Call,
    dags: Mapping[str, Any],
    loaded: Loaded | None,
    plugins: str,
) -> None:
    from venturi.runner.callbacks import run_callbacks
    from venturi.runner.tasklog import set_up

    setproctitle(f"airflow callback {message.dag_id} {message.kind}")
    set_up()
    dag, error = _dag(message.file, message.dag_id, dags, loaded, plugins, message)
    if dag is not None:
        error = run_callbacks(dag, message, ChannelComms(wire)) or ""
    _flush()
    wire.send(CalledBack(error=error or None))


def _consult(
    wire: "Wire[ToTask]",
    message: AskTimetable,
    dags: Mapping[str, Any],
    loaded: Loaded | None,
    plugins: str,
) -> None:
    from venturi.runner.timetable import said_by

    setproctitle(f"airflow timetable {message.dag_id}")
    dag, error = _dag(message.file, message.dag_id, dags, loaded, plugins, message)
    if dag is None:
        said = TimetableSaid(ask_id=message.ask_id, dag_id=message.dag_id, error=error)
    else:
        said = said_by(dag, message)
    _flush()
    wire.send(said)


def _dag(
    file: FileRef,
    dag_id: str,
    dags: Mapping[str, Any],
    loaded: Loaded | None,
    plugins: str,
    message: Start | Call | AskTimetable,
) -> tuple[Any, str]:
    """The DAG from the host's memory, or, where the file looked outside, from a fresh import."""
    if message.fresh or loaded is None:
        from venturi.runner.loading import load_file

        match message:
            case Start():
                limit = message.import_timeout
            case AskTimetable():
                limit = message.limit
            case Call():
                limit = 30.0
        loaded, dags = load_file(Load(file=file, timeout=limit, memory=0), plugins)
    if loaded.error is not None:
        return None, f"The DAG file {file.path} cannot be imported:\n{loaded.error}"
    if dag_id not in dags:
        return None, f"The DAG file {file.path} does not define {dag_id!r} any more."
    return dags[dag_id], ""


def _flush() -> None:
    import sys

    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue


def _used() -> Usage:
    """CPU and memory of this process and of all it has waited for."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Usage(
        cpu_user=own.ru_utime + theirs.ru_utime,
        cpu_system=own.ru_stime + theirs.ru_stime,
        max_rss=max(own.ru_maxrss, theirs.ru_maxrss) * 1024,
        read_blocks=own.ru_inblock + theirs.ru_inblock,
        write_blocks=own.ru_oublock + theirs.ru_oublock,
    )
