"""People who look at the pages all the time, while everything else happens."""

import json
import threading
import time
from collections import Counter
from http import HTTPStatus
from itertools import cycle
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

from tests.services.server import free_port
from tests.torture.homes import TortureHome
from tests.torture.plan import must

PATHS = (
    "/api/v2/dags",
    "/api/v2/dags/~/dagRuns?limit=50&order_by=-start_date",
    "/api/v2/dags/{dag}/dagRuns/~/taskInstances?limit=50",
    "/api/v2/dags/{dag}",
    "/api/v2/importErrors",
    "/api/v2/eventLogs?limit=20",
    "/api/v2/monitor/health",
    "/",
)
#: A database that is away is no fault of the web server's, as long as it says so.
EXCUSED = {HTTPStatus.SERVICE_UNAVAILABLE}


class Web:
    """A web server of the home, and somebody who is let in."""

    def __init__(self, home: TortureHome) -> None:
        self.home, self.port = home, free_port()
        self._opener = build_opener(ProxyHandler({}))
        self._token = ""

    def start(self) -> None:
        """Start it, and wait until it answers."""
        self.home.env["AIRFLOW__API__PORT"] = str(self.port)
        self.home.start("api-server", "--port", str(self.port))
        self.home.until(self.come_in, "the web server answers", 60)

    def come_in(self) -> bool:
        """Whether the server has let us in."""
        status, body = self.ask("/auth/token")
        if status == HTTPStatus.CREATED:
            self._token = json.loads(body)["access_token"]
        return bool(self._token)

    def ask(self, path: str, method: str = "GET", body: Any = None) -> tuple[int, Any]:
        """Status and body of an answer; 0 and a reason where there is none."""
        url = f"http://127.0.0.1:{self.port}{path}"
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = Request(url, data, headers, method=method)
        try:
            with self._opener.open(request, timeout=60) as answer:
                return answer.status, answer.read()
        except HTTPError as error:
            with error:
                return error.code, error.read()
        except OSError as error:
            return 0, str(error)


class Visitors(Web):
    """So many requests a second, some about `dag`, to a web server of the home; counts answers."""

    def __init__(self, home: TortureHome, per_second: float, dag: str) -> None:
        super().__init__(home)
        self.paths = [path.format(dag=dag) for path in PATHS]
        self.pause = 1 / per_second
        self.answers: Counter[int] = Counter()
        self.odd: list[str] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    @property
    def requests(self) -> int:
        """How many have been answered."""
        return sum(self.answers.values())

    def must_be_content(self) -> None:
        """Raise when an answer was an error that has no excuse, or there were hardly any."""
        said = (self.home.path / "api-server.out").read_text()[-4000:]
        wrong = f"the web server answered {len(self.odd)} times wrongly: {self.odd[:3]}"
        must(not self.odd, f"{wrong}\n{said}")
        good = self.answers[HTTPStatus.OK]
        must(good > self.requests / 2, f"only {good} of {self.requests} requests went well")

    def _look(self) -> None:
        for path in cycle(self.paths):
            begun = time.monotonic()
            status, body = self.ask(path)
            if self._stop.wait(max(0.0, self.pause - (time.monotonic() - begun))):
                return
            self.answers[status] += 1
            if status != HTTPStatus.OK and status not in EXCUSED:
                self.odd.append(f"{path}: {status} {body[:200]!r}")
