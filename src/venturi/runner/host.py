"""The host process: imports a DAG file once, then stays as the template of its attempts.

The same loop serves as the *base*: a host without a file, forked before anything was imported, from
which hosts and fresh children are forked.
"""

import os
import resource
import selectors
import signal
import socket
import sys
from collections.abc import Mapping
from contextlib import suppress
from types import FrameType
from typing import Any, TextIO

from setproctitle import setproctitle

from venturi.core.attempts import Usage
from venturi.core.clock import Clock, SystemClock
from venturi.core.host_messages import Beget, Born, Exited, Fork, Signal, Spare, ToHost
from venturi.core.messages import Ask, Load, Loaded, Reply, Stop
from venturi.runner.forking import fork_child, signal_child
from venturi.runner.loading import ACTIVE, load_file
from venturi.runner.wire import Wire, WireClosed, pair
from venturi.sdk.comms import set_comms


class Host:
    """One host (or the base) and its loop."""

    def __init__(self, connection: socket.socket, plugins: str = "", clock: Clock | None = None):
        self.wire: Wire[ToHost] = Wire(connection, ToHost)
        self.plugins = plugins
        self.clock = clock or SystemClock()
        self.dags: Mapping[str, Any] = {}
        self.loaded: Loaded | None = None
        self.spares_wanted = 0
        self.spares: set[int] = set()
        self.children: set[int] = set()
        self.stopping = False
        self.wake = -1

    def serve(self) -> None:
        """Serve the runner until it closes the channel or says stop."""
        wake_read, self.wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._mind_children()
        with selectors.DefaultSelector() as selector, suppress(WireClosed):
            selector.register(self.wire, selectors.EVENT_READ)
            selector.register(wake_read, selectors.EVENT_READ)
            while not (self.stopping and not self.children):
                for key, _ in selector.select():
                    if key.fd == wake_read:
                        os.read(wake_read, 4096)
                    else:
                        self._listen()
                self._reap()
                self._keep_spares()

    def _mind_children(self) -> None:
        """Be woken when a child ends; said again after user code that may have said otherwise."""
        signal.signal(signal.SIGCHLD, _nothing)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.set_wakeup_fd(self.wake, warn_on_full_buffer=False)

    def _listen(self) -> None:
        for message in self.wire.read(with_descriptors=True):
            match message:
                case Beget():
                    self._beget(message.host, self.wire.descriptors.pop(0))
                case Load():
                    self._load(message)
                case Fork():
                    self.spares_wanted = message.spares
                case Signal():
                    self._signal(message)
                case Stop():
                    self.stopping = True
                    self.spares_wanted = 0
                case Reply():
                    pass  # answers to an import come while it runs; this one is late

    # --- children --------------------------------------------------------------------------

    def _beget(self, number: int, descriptor: int) -> None:
        """Fork a host of its own on the channel that came along."""
        connection = socket.socket(fileno=descriptor)

        def become_host() -> None:
            Host(connection, self.plugins, self.clock).serve()

        pid = fork_child(become_host, keep=(descriptor,))
        connection.close()
        self.children.add(pid)
        self.wire.send(Born(host=number, pid=pid))

    def _keep_spares(self) -> None:
        """Have as many children waiting for an attempt as the runner wants."""
        while len(self.spares) < self.spares_wanted:
            self._fork_spare()

    def _fork_spare(self) -> None:
        ours, theirs = pair()
        log_read, log_write = os.pipe()

        def become_task() -> None:
            from venturi.runner.task import wait_for_work

            null = os.open(os.devnull, os.O_RDONLY)
            os.dup2(null, 0)
            os.dup2(log_write, 1)
            os.dup2(log_write, 2)
            os.close(log_write)
            os.close(null)
            sys.stdout, sys.stderr = text_stream(1), text_stream(2)
            wait_for_work(theirs, self.dags, self.loaded, self.plugins, self.clock)

        pid = fork_child(become_task, keep=(theirs.fileno(), log_write), group=True)
        theirs.close()
        os.close(log_write)
        self.children.add(pid)
        self.spares.add(pid)
        self.wire.send(Spare(pid=pid), (ours.fileno(), log_read))
        ours.close()
        os.close(log_read)

    def _signal(self, message: Signal) -> None:
        if message.pid not in self.children:
            return
        self.spares.discard(message.pid)
        if message.signal == 0:
            return  # the runner says: this spare has work now
        signal_child(message.pid, message.signal)

    def _reap(self) -> None:
        while self.children:
            try:
                pid, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid not in self.children:
                continue
            self.children.discard(pid)
            self.spares.discard(pid)
            self.wire.send(
                Exited(pid=pid, code=os.waitstatus_to_exitcode(status), usage=usage_of(used))
            )

    # --- importing -------------------------------------------------------------------------

    def _load(self, message: Load) -> None:
        path = message.file.path
        setproctitle(f"airflow host {path}")
        set_comms(ImportComms(self))
        result, self.dags = load_file(message, self.plugins, self.clock)
        self.loaded = result
        if result.error is None and not result.open_because:
            from venturi.runner.warm import warm_dag

            for dag in self.dags.values():
                warm_dag(dag)
        self._mind_children()
        # What an import has left behind by accident is everybody's from here on: not forked from.
        self.wire.send(result)


def text_stream(descriptor: int) -> TextIO:
    """A text stream on a descriptor, line by line; it can write whatever people print."""
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", closefd=False
    )


class ImportComms:
    """Answers what a DAG file asks while it is imported; notes that it asked."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asked = 0

    def ask(self, request: Any) -> Any:
        """Ask the engine through the runner, and wait."""
        from venturi.runner.asking import answer_of

        ACTIVE.note(f"the engine ({type(request).__name__})")
        self._asked += 1
        self._host.wire.send(Ask(ask_id=self._asked, request=request))
        while True:
            message = self._host.wire.receive()
            if isinstance(message, Reply) and message.ask_id == self._asked:
                return answer_of(message)

    def mask(self, secret: str) -> None:
        """An import writes no task log: nothing to mask."""


def _nothing(_number: int, _frame: FrameType | None) -> None:
    """SIGCHLD only has to wake the selector."""


def usage_of(used: resource.struct_rusage) -> Usage:
    """What wait4 or getrusage told. Linux counts memory in kibibytes."""
    return Usage(
        cpu_user=used.ru_utime,
        cpu_system=used.ru_stime,
        max_rss=used.ru_maxrss * 1024,
        read_blocks=used.ru_inblock,
        write_blocks=used.ru_oublock,
    )
