"""`airflow standalone`: everything an installation needs, from one command.

The scheduler runs in this process, the web server beside it; Ctrl-C or SIGTERM ends both, and the
tasks that run.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence

from venturi.config import get_config
from venturi.observe.lines import say
from venturi.scheduler.main import run_scheduler
from venturi.store.migrate import SchemaState, migrate
from venturi.store.open import open_store


def run_standalone(arguments: Sequence[str] = ()) -> int:
    """Prepare the database if need be, start the web server, schedule until stopped.

    `arguments` go to the web server (`-p 8080`).
    """
    conf = get_config()
    store = open_store()
    if migrate(store) is SchemaState.EMPTY:
        say(f"Made the database {store.url.render_as_string(hide_password=True)}.")
    store.close()
    web = subprocess.Popen(
        [sys.executable, "-m", "venturi.api", *arguments],
        stdin=subprocess.PIPE,  # it ends when this pipe closes: no orphan, however we end
        start_new_session=True,
    )
    host, port = conf.get("api", "host"), conf.get("api", "port")
    say(f"Web server on http://{host}:{port} - Ctrl-C stops everything.")
    ended = threading.Event()
    threading.Thread(target=_mind, args=(web, ended), name="web-server", daemon=True).start()
    try:
        code = run_scheduler(stop_runner=True)
    finally:
        lost = web.poll() is not None
        ended.set()
        web.send_signal(signal.SIGTERM)
        try:
            web.wait(10)
        except subprocess.TimeoutExpired:
            web.kill()
            web.wait()
    return 1 if lost else code


def _mind(web: "subprocess.Popen[bytes]", ended: threading.Event) -> None:
    """Without its web server the installation is not what was asked for: stop it."""
    web.wait()
    if not ended.is_set():
        say("The web server has ended; stopping.")
        os.kill(os.getpid(), signal.SIGTERM)
