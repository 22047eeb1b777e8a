"""Web services."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.batteries.make import context
from venturi.batteries.operators.http import HttpOperator, SimpleHttpOperator
from venturi.batteries.sensors.http import HttpSensor
from venturi.sdk.exceptions import AirflowException

pytest.importorskip("httpx2")


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was asked; `/status/404` with that status."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        said = {
            "method": self.command,
            "path": self.path,
            "body": self.rfile.read(length).decode(),
            "headers": {name.lower(): value for name, value in self.headers.items()},
        }
        status = int(self.path.rpartition("/")[2]) if self.path.startswith("/status/") else 200
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the server's names

    def log_message(self, *args: Any) -> None:
        """Nothing: tests are quiet."""


@pytest.fixture
def service(connect: Any) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    connect("http_default", f"http://me:secret@127.0.0.1:{server.server_port}/?X-Team=data")
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def asked(**kwargs: Any) -> Any:
    return json.loads(HttpOperator(task_id="h", **kwargs).execute(context()))


def test_a_form_a_text_and_json_go_into_the_body(service: None) -> None:
    assert asked(endpoint="a", data={"x": "1"})["body"] == "x=1"
    assert asked(endpoint="a", data="raw", method="PUT")["body"] == "raw"
    assert json.loads(asked(endpoint="a", request_kwargs={"json": {"x": 1}})["body"]) == {"x": 1}


def test_data_of_a_get_goes_into_the_query(service: None) -> None:
    found = asked(endpoint="/a", method="GET", data={"x": "1"})
    assert (found["method"], found["path"], found["body"]) == ("GET", "/a?x=1", "")


def test_login_and_headers_are_those_of_the_connection(service: None) -> None:
    headers = asked(endpoint="a", headers={"X-Mine": "m"})["headers"]
    assert headers["x-team"] == "data" and headers["x-mine"] == "m"
    assert headers["authorization"].startswith("Basic ")


def test_a_status_of_400_and_above_fails(service: None) -> None:
    with pytest.raises(AirflowException, match="404"):
        asked(endpoint="status/404")
    assert asked(endpoint="status/404", extra_options={"check_response": False})


def test_checks_and_filters_see_the_response_and_the_context(service: None) -> None:
    task = SimpleHttpOperator(
        task_id="h",
        endpoint="a",
        response_check=lambda response, ds: response.ok and ds == "2026-11-20",
        response_filter=lambda response: response.json()["path"],
    )
    assert task.execute(context()) == "/a"
    task.response_check = lambda response: False
    with pytest.raises(AirflowException, match="response_check of 'h'"):
        task.execute(context())


def test_pages_follow_each_other(service: None) -> None:
    def following(response: Any) -> Any:
        return {"endpoint": "second"} if response.json()["path"] == "/first" else None

    task = HttpOperator(
        task_id="h", endpoint="first", pagination_function=following,
        response_filter=lambda response: response.json()["path"],
    )  # fmt: skip
    assert task.execute(context()) == ["/first", "/second"]


def test_an_unknown_option_is_named(service: None) -> None:
    with pytest.raises(AirflowException, match="'timeoutt' is not known"):
        asked(endpoint="a", extra_options={"timeoutt": 1})


def test_nobody_there_is_one_sentence(connect: Any) -> None:
    connect("http_default", "http://127.0.0.1:1")
    with pytest.raises(AirflowException, match=r"POST http://127.0.0.1:1/a failed"):
        asked(endpoint="a")


def test_a_sensor_takes_404_for_not_yet(service: None) -> None:
    def poked(endpoint: str, **kwargs: Any) -> Any:
        return HttpSensor(task_id="s", endpoint=endpoint, **kwargs).poke(context())

    assert poked("status/404") is False
    assert poked("a") is True
    assert poked("a", response_check=lambda response: "nothing" in response.text) is False
    assert poked("status/503", response_error_codes_allowlist=["503"]) is False
    with pytest.raises(AirflowException, match="503"):
        poked("status/503")
