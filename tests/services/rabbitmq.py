"""RabbitMQ, as a node with a name, cookie, ports and folders of its own."""

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.services.server import LOOPBACK, Server, ServiceMissing, free_port, need, program

#: Debian's wrapper on PATH changes the user; the scripts themselves stay who we are.
_SCRIPTS = Path("/usr/lib/rabbitmq/bin")


class RabbitMq(Server):
    """A RabbitMQ server with its usual account guest/guest."""

    name = "rabbitmq"
    package = "rabbitmq-server"
    usual_port = 5672
    patience = 120

    def __init__(
        self, port: int | None = None, *, private: bool = True, folder: Path | None = None
    ) -> None:
        super().__init__(port, private=private, folder=folder)
        #: whether the node is one that these classes made, here or in another process
        self._own_node = private or folder is not None
        self._names: subprocess.Popen[bytes] | None = None
        self._names_port = free_port()
        self._dist_port = free_port()
        if folder is not None:
            self._names_port = int((folder / "names-port").read_text())

    @classmethod
    def missing_program(cls) -> str | None:
        """A program that is not installed."""
        if program("rabbitmq-server", _SCRIPTS) is None:
            return "rabbitmq-server"
        return None if program("epmd", *_erlang()) else "epmd"

    @property
    def url(self) -> str:
        """Its virtual host `/`."""
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}//"

    @property
    def node(self) -> str:
        """The name of our Erlang node."""
        return f"venturi-{self.port}@localhost"

    def answers(self) -> bool:
        """Whether it opens a conversation: it does so once it has started completely."""
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=5) as line:
                line.sendall(b"AMQP\x00\x00\x09\x01")
                # A frame of type "method" on channel 0: Connection.Start.
                return line.recv(7)[:3] == b"\x01\x00\x00"
        except OSError:
            return False

    def may_be_shared(self) -> bool:
        """Whether it answers and lets us make virtual hosts."""
        try:
            return self.answers() and bool(self.ctl("list_vhosts"))
        except ServiceMissing:
            return False

    def ctl(self, *words: str) -> str:
        """`rabbitmqctl WORDS`; what it printed."""
        command: list[str | Path]
        if self._own_node:
            command = [need("rabbitmqctl", _SCRIPTS), "-q", "-n", self.node, *words]
        else:
            # Whose cookie it needs, Debian's wrapper knows.
            command = [need("rabbitmqctl"), "-q", *words]
        done = subprocess.run(
            command,
            env={**os.environ, **self._environment()},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.patience,
            check=False,
        )
        if done.returncode != 0:
            raise ServiceMissing(
                f"rabbitmqctl {' '.join(words)} failed: {done.stderr.strip() or done.stdout}"
            )
        return done.stdout

    @contextmanager
    def vhost(self, prefix: str = "venturi") -> Iterator[str]:
        """A virtual host of its own that guest may use, as a broker URL; deleted afterwards."""
        name = f"{prefix}_{secrets.token_hex(4)}"
        self.ctl("add_vhost", name)
        try:
            self.ctl("set_permissions", "-p", name, "guest", ".*", ".*", ".*")
            yield f"amqp://guest:guest@{LOOPBACK}:{self.port}/{name}"
        finally:
            if not self.private or self.process is not None:
                self.ctl("delete_vhost", name)

    def _prepare(self) -> None:
        cookie = self.folder / ".erlang.cookie"
        cookie.write_text(secrets.token_hex(20))
        cookie.chmod(0o400)
        (self.folder / "rabbitmq.conf").write_text("disk_free_limit.absolute = 50MB\n")
        (self.folder / "plugins").write_text("[].\n")
        (self.folder / "env").touch()
        (self.folder / "names-port").write_text(str(self._names_port))

    def _environment(self) -> dict[str, str]:
        if not self._own_node:
            return {}
        return {
            "HOME": str(self.folder),
            "ERL_EPMD_PORT": str(self._names_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "env"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._dist_port),
            # One scheduler thread is plenty for tests, and idle ones must not spin.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "+S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"
            ),
        }

    def _command(self) -> Sequence[str | Path]:
        if self._names is None or self._names.poll() is not None:
            # Erlang's name server: a child of ours, lest a node starts one that outlives it.
            self._names = self._popen(
                [need("epmd", *_erlang()), "-port", str(self._names_port), "-address", LOOPBACK]
            )
        return [need("rabbitmq-server", _SCRIPTS)]

    def remove(self) -> None:
        """End it and its name server, and delete its data."""
        super().remove()
        if self._names is not None:
            self._names.kill()
            self._names.wait(10)
            self._names = None


def _erlang() -> list[Path]:
    return sorted(Path("/usr/lib/erlang").glob("erts-*/bin"), reverse=True)
