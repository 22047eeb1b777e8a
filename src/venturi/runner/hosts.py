"""Which hosts there are, what they have loaded, who waits for them, and when they go.

A host is wanted for a file in one exact condition (`FileRef`). It goes when its file has a newer
condition and nobody runs on the old one, or when there are too many and it has been idle longest.
"""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable

from setproctitle import setproctitle

from venturi.core.attempts import FileRef
from venturi.core.host_messages import Born, Exited, FromHost, Signal, Spare
from venturi.core.messages import Ask, Load, Loaded, Reply, Welcome
from venturi.core.wire import Message
from venturi.runner.forking import fork_child, signal_child
from venturi.runner.host import Host
from venturi.runner.host_row import Child, HostRow, Taker, child_wire, open_host
from venturi.runner.local_code import load_local_code
from venturi.runner.reactor import Reactor
from venturi.runner.wire import Wire, WireClosed, pair

#: Seconds without work after which a host keeps no spares, and after which it goes.
REST = 60.0
LEAVE = 600.0
#: Seconds without a word after which a host that owes somebody a child is passed by.
SILENT = 10.0
#: Asks something on behalf of an import: the question, and who wants the reply.
Asker = Callable[[Ask, Callable[[Reply], None]], None]


_LOG = logging.getLogger(__name__)


class Hosts:
    """All hosts of a runner, and the base that they are forked from."""

    def __init__(
        self,
        reactor: Reactor,
        plugins: str,
        *,
        tell: Callable[[Message], None],
        ask: Asker,
        exited: Callable[[HostRow, Exited], None],
        died: Callable[[HostRow], None],
    ) -> None:
        self.reactor, self.plugins = reactor, plugins
        self.tell, self.ask, self.exited, self.died = tell, ask, exited, died
        self.rules = Welcome(term=0, scheduler="", capacity=0)
        self.by_file: dict[FileRef, HostRow] = {}
        #: hosts that finish what they have and take nothing new
        self.leaving: dict[int, HostRow] = {}
        self.loads: deque[Load] = deque()
        self.loading = 0
        self._count = 0
        self.base = self._fork_base()

    def _fork_base(self) -> HostRow:
        ours, theirs = pair()

        def become_base() -> None:
            setproctitle("airflow host base")
            load_local_code(self.plugins)
            Host(theirs, self.plugins, self.reactor.clock).serve()

        pid = fork_child(become_base, keep=(theirs.fileno(),))
        theirs.close()
        base = HostRow(0, Wire(ours, FromHost), None)
        base.pid, base.keep = pid, False
        self._watch(base)
        return base

    # --- what others want ----------------------------------------------------------------------

    def load(self, order: Load) -> None:
        """Read a file when its turn comes; answered by `Loaded`."""
        self.loads.append(order)

    def take(self, file: FileRef, taker: Taker) -> None:
        """Ask the host of a file in this condition for a child."""
        host = self.by_file.get(file)
        if host is None:
            host = self._open(file)
            self._load_into(
                host,
                Load(
                    file=file,
                    timeout=self.rules.import_timeout,
                    memory=self.rules.import_memory,
                ),
            )
        host.last_used = self.reactor.clock.monotonic()
        if not host.takers:
            host.heard_at = host.last_used
        host.take(taker)

    def take_fresh(self, taker: Taker) -> None:
        """Ask the base for a child that has imported nothing yet."""
        self.base.take(taker)

    def forget(self, file: FileRef) -> None:
        """Nobody needs the host of this file any more."""
        host = self.by_file.get(file)
        if host is not None:
            self._retire(host)

    def let_idle_go(self) -> None:
        """Retire every host on which nothing runs."""
        for host in [host for host in self.by_file.values() if host.is_idle]:
            self._retire(host)

    def signal(self, host: HostRow, pid: int, number: int) -> None:
        """Send a signal to a child of a host."""
        if host.is_silent:
            # The number is still its child's: nobody else waits for that.
            signal_child(pid, number)
            return
        try:
            host.wire.send(Signal(pid=pid, signal=number))
        except (WireClosed, OSError):
            self._lose(host)

    def dispatch_loads(self) -> None:
        """Begin as many of the waiting loads as may run at once."""
        while self.loads and self.loading < self.rules.loads_at_once:
            order = self.loads.popleft()
            known = self.by_file.get(order.file)
            if known is None:
                self._load_into(self._open(order.file), order)
            elif known.loaded is not None:
                self.tell(known.loaded)

    def tidy(self) -> None:
        """Let spares go where there has been no work lately, and hosts after a longer while."""
        now = self.reactor.clock.monotonic()
        for host in [*self.by_file.values(), self.base]:
            if not host.is_idle:
                continue
            idle = now - host.last_used
            if idle > REST and host.has_worked:
                host.rest()
            if idle > LEAVE and host is not self.base:
                self._retire(host)

    def pass_by_the_silent(self) -> None:
        """Have those who wait for a host that does not answer served by a new one.

        Its children go on: they need it only to be waited for. It leaves when it is awake again.
        """
        now = self.reactor.clock.monotonic()
        for file, host in list(self.by_file.items()):
            if not host.takers or host.loading is not None or now - host.heard_at < SILENT:
                continue
            text = "Process %s of %s has not answered for %.0f s: a new one takes its place."
            _LOG.warning(text, host.pid, file.path, SILENT)
            waiting = list(host.takers)
            host.takers.clear()
            host.is_silent = True
            self._retire(host)
            for taker in waiting:
                self.take(file, taker)

    # --- hearing -------------------------------------------------------------------------------

    def _watch(self, host: HostRow) -> None:
        self.reactor.watch(host.wire, lambda _: self._hear(host))

    def _hear(self, host: HostRow) -> None:
        try:
            for message in host.wire.read(with_descriptors=True):
                self._from_host(host, message)
        except (WireClosed, OSError):
            self._lose(host)

    def _from_host(self, host: HostRow, message: FromHost) -> None:
        host.heard_at, host.is_silent = self.reactor.clock.monotonic(), False
        match message:
            case Spare():
                channel, log = host.wire.descriptors[:2]
                del host.wire.descriptors[:2]
                os.set_blocking(log, False)
                child = Child(message.pid, child_wire(channel), log, host)
                if host.retiring:
                    child.close()
                else:
                    host.give(child)
            case Born():
                for born in (*self.by_file.values(), *self.leaving.values()):
                    if born.number == message.host:
                        born.pid = message.pid
            case Exited():
                host.busy.discard(message.pid)
                host.last_used = self.reactor.clock.monotonic()
                host.drop_spare(message.pid)
                self.exited(host, message)
            case Loaded():
                self._loaded(host, message)
            case Ask():
                self.ask(message, host.wire.send)

    # --- coming and going ------------------------------------------------------------------------

    def _open(self, file: FileRef) -> HostRow:
        self._make_room()
        self._count += 1
        host = open_host(self.base.wire, self._count, file)
        self.by_file[file] = host
        host.last_used = self.reactor.clock.monotonic()
        self._watch(host)
        return host

    def _load_into(self, host: HostRow, order: Load) -> None:
        host.loading = order
        # While many files are being read, most of them will not run soon: keep none of their hosts.
        host.keep = order.keep and len(self.loads) < self.rules.hosts_max
        self.loading += 1
        host.wire.send(order)
        # The import's own alarm comes first and knows the line; this one is for an import that
        # cannot be interrupted.
        self.reactor.after(order.timeout + 2.0, lambda: self._load_is_late(host, order))

    def _load_is_late(self, host: HostRow, order: Load) -> None:
        if host.loading is not order or host.pid is None:
            return
        os.kill(host.pid, signal.SIGKILL)
        path = order.file.path
        error = f"Importing {path} took longer than {order.timeout:g} s and could not be stopped."
        self._loaded(host, Loaded(file=order.file, error=error, seconds=order.timeout))

    def _loaded(self, host: HostRow, message: Loaded) -> None:
        if host.loading is None:
            return
        host.loading, host.loaded = None, message
        self.loading -= 1
        self.tell(message)
        if message.error is None and not message.open_because:
            self._retire_older(message.file)
            if host.keep or host.takers:
                host.adjust()
                return
        # Nobody is forked from this host: its work imports afresh, or hears why it cannot.
        host.refuse(message.error or "")
        self._retire(host)

    def _retire_older(self, file: FileRef) -> None:
        for older in [known for known in self.by_file if known.path == file.path]:
            if older != file and self.by_file[older].is_idle:
                self._retire(self.by_file[older])

    def _make_room(self) -> None:
        """Retire the hosts that have been idle longest until one more may be opened."""
        while len(self.by_file) >= max(1, self.rules.hosts_max):
            idle = [host for host in self.by_file.values() if host.is_idle]
            if not idle:
                return
            self._retire(min(idle, key=lambda host: host.last_used))

    def _retire(self, host: HostRow) -> None:
        self._unlist(host)
        self.leaving[host.number] = host
        try:
            host.retire()
        except (WireClosed, OSError):
            self._lose(host)

    def _unlist(self, host: HostRow) -> None:
        if host.file is not None and self.by_file.get(host.file) is host:
            del self.by_file[host.file]

    def _lose(self, host: HostRow) -> None:
        """A host has gone: by itself when retired, else with all its children."""
        if not self.reactor.is_watched(host.wire):
            return
        self.reactor.forget(host.wire)
        self._unlist(host)
        self.leaving.pop(host.number, None)
        if host.loading is not None:
            host.retiring = True
            order, host.loading = host.loading, None
            self.loading -= 1
            self.tell(_died_while_loading(order))
        host.dismiss_spares()
        host.wire.close()
        host.refuse("the process it should have been forked from died")
        self.died(host)


def _died_while_loading(order: Load) -> Loaded:
    return Loaded(
        file=order.file,
        error=f"The process that imported {order.file.path} ended in the middle of it: the file "
        "called os._exit, crashed the interpreter, or was killed for want of memory.",
    )
