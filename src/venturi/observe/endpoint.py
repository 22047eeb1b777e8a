"""A small HTTP server in a thread: `/metrics` and `/health` of the process it is in."""

import errno
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

from venturi.core.errors import VenturiError


class CannotListen(VenturiError):
    """The address for figures or health checks cannot be used."""

    def __init__(self, text: str, *, is_taken: bool) -> None:
        super().__init__(text)
        #: somebody else listens there, perhaps the active scheduler
        self.is_taken = is_taken


class Answer(NamedTuple):
    """What a page says."""

    status: int
    kind: str
    text: str


class Endpoint:
    """Serves pages, each a function that is called for every request, until closed."""

    def __init__(
        self, host: str, port: int, pages: Mapping[str, Callable[[], Answer]], option: str
    ) -> None:
        """Raises `CannotListen`, naming the `option` to change."""
        handler = type("Handler", (_Handler,), {"pages": dict(pages)})
        try:
            self.server = ThreadingHTTPServer((host, port), handler)
        except OSError as error:
            raise CannotListen(
                f"{host} port {port} cannot be used ({error.strerror or error}); "
                f"choose another one: {option}",
                is_taken=error.errno == errno.EADDRINUSE,
            ) from error
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        self.thread = threading.Thread(
            target=self.server.serve_forever, name=f"http-{self.port}", daemon=True
        )
        self.thread.start()

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class _Handler(BaseHTTPRequestHandler):
    pages: Mapping[str, Callable[[], Answer]] = {}
    #: a client that says nothing does not keep its thread
    timeout = 10

    def do_GET(self) -> None:
        page = self.pages.get(self.path.partition("?")[0])
        answer = page() if page else Answer(404, "text/plain", "There is nothing here.\n")
        body = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Scrapes are no news."""
