"""One answering process: uvicorn's protocols on an event loop that sleeps while nothing happens.

uvicorn's own main loop wakes ten times a second to look for a flag and to write the date anew.
Here the flag is an event and the date is written when an answer is sent.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable
from logging.handlers import WatchedFileHandler
from typing import NoReturn

from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.server import Server

from venturi.api.settings import Serving

#: Seconds that answers under way may take once the server is told to stop.
GRACE = 3
#: Connections of one worker; more are told to come back.
CONNECTIONS = 1000


def work(
    make_app: Callable[[], Starlette],
    listener: socket.socket,
    settings: Serving,
    ready: Callable[[], None],
    parent: int | None,
) -> NoReturn:
    """Answer until told to stop, then end the process; see `answer`."""
    code = 1
    try:
        code = answer(make_app, listener, settings, ready, parent)
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        # Threads that still wait for a slow answer must not hold up the end.
        os._exit(code)


def answer(
    make_app: Callable[[], Starlette],
    listener: socket.socket,
    settings: Serving,
    ready: Callable[[], None],
    parent: int | None,
) -> int:
    """Answer until told to stop; the exit code.

    `ready` is called when the first request can be answered. `parent` is the reading end of a pipe
    that nobody writes to: it ends with the process that holds the other end, and so does this one.
    """
    try:
        _log(settings)
        asyncio.run(_serve(make_app(), listener, settings, ready, parent))
    except BaseException:  # it ends here whatever it is; the master says what follows
        logging.getLogger("venturi.api").exception("the web server failed")
        return 1
    return 0


async def _serve(
    app: Starlette,
    listener: socket.socket,
    settings: Serving,
    ready: Callable[[], None],
    parent: int | None,
) -> None:
    config = Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=bool(settings.access_log),
        proxy_headers=settings.proxy_headers,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE,
        limit_concurrency=CONNECTIONS,
        ssl_certfile=settings.certificate,
        ssl_keyfile=str(settings.key) if settings.key else None,
        ssl_ca_certs=str(settings.client_certificates) if settings.client_certificates else None,
        ssl_cert_reqs=settings.client_certificates_required,
    )
    config.load()
    server = Server(config)
    server.lifespan = config.lifespan_class(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent is not None:
        loop.add_reader(parent, stop.set)
    await server.startup(sockets=[listener])
    ready()
    await stop.wait()
    if parent is not None:
        loop.remove_reader(parent)
    await server.shutdown(sockets=[listener])


def _log(settings: Serving) -> None:
    level = logging.DEBUG if settings.debug else logging.WARNING
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    if settings.error_log:
        handler = _handler(settings.error_log, sys.stderr.fileno())
        handler.setFormatter(
            logging.Formatter("[%(asctime)s] %(levelname)s %(name)s - %(message)s")
        )
        logging.getLogger().addHandler(handler)
        logging.getLogger().setLevel(level)
    if settings.access_log:
        access = logging.getLogger("uvicorn.access")
        access.propagate = False
        access.setLevel(logging.INFO)
        handler = _handler(settings.access_log, sys.stdout.fileno())
        handler.setFormatter(logging.Formatter("[%(asctime)s] %(message)s"))
        access.addHandler(handler)


def _handler(target: str, terminal: int) -> logging.Handler:
    if target == "-":
        return logging.StreamHandler(os.fdopen(os.dup(terminal), "w", buffering=1))
    return WatchedFileHandler(target)
