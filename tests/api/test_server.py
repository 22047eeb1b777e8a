"""The web server's processes, as people start and stop them."""

import ipaddress
import os
import signal
import socket
import ssl
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests import make
from tests.api.processes import CLOSED, OPEN, Web, is_alive, start
from tests.store.home import put, run
from tests.system.home import until
from venturi.store.engine import Store


def title(pid: int) -> str:
    """A process's command line as `ps` shows it."""
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()


def switches(pid: int) -> int:
    """How often a process has gone to sleep."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("voluntary"))


def test_the_processes_have_the_titles_that_scripts_look_for(server: Web) -> None:
    until(lambda: "[master]" in title(server.process.pid), "the master has its title")
    (worker,) = server.workers()
    assert title(server.process.pid) == "airflow-webserver [master]"
    assert title(worker) == "airflow-webserver [worker]"
    script = "ps -ef | grep -Ei '(airflow-webserver)' | grep master | awk '{print $2}'"
    found = subprocess.run(script, shell=True, capture_output=True, text=True, check=True)
    assert str(server.process.pid) in found.stdout.split()
    assert str(worker) not in found.stdout.split()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything(server: Web, number: signal.Signals) -> None:
    (worker,) = server.workers()
    server.process.send_signal(number)
    assert server.process.wait(10) == 0
    assert not is_alive(worker)
    assert not server.is_up()


def test_an_answer_that_goes_on_for_ever_does_not_hold_up_the_end(
    server: Web, store: Store
) -> None:
    spec = make.dag(make.task("a"), dag_id="d")
    put(store, spec)
    run(store, spec)
    path = "dags/d/dagRuns/r1/wait?interval=0.05"
    with httpx2.stream("GET", server.url + path, timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines) == '{"state":"running"}'
        server.process.terminate()
        assert server.process.wait(15) == 0


def test_a_worker_that_dies_is_replaced(server: Web) -> None:
    (worker,) = server.workers()
    os.kill(worker, signal.SIGKILL)
    until(lambda: server.workers() not in ([], [worker]), "another worker is there")
    until(server.is_up, "it answers")


def test_sighup_replaces_the_workers_while_answers_go_on(server: Web) -> None:
    before = server.workers()
    server.process.send_signal(signal.SIGHUP)
    until(lambda: len(server.workers()) == 1 and server.workers() != before, "the worker is new")
    assert server.is_up()


def test_workers_end_with_a_master_that_was_killed(server: Web) -> None:
    (worker,) = server.workers()
    server.process.kill()
    server.process.wait()
    until(lambda: not is_alive(worker), "the worker has ended")


def test_nothing_wakes_while_nothing_happens(server: Web) -> None:
    pids = [server.process.pid, *server.workers()]
    done = subprocess.run(["sleep", "6"], check=True)  # past the end of idle connections
    assert done.returncode == 0
    before = {pid: switches(pid) for pid in pids}
    subprocess.run(["sleep", "2"], check=True)
    assert {pid: switches(pid) - before[pid] for pid in pids} == dict.fromkeys(pids, 0)


def test_several_workers_share_the_port(home: Path) -> None:
    server = Web(home, "-w", "2")
    try:
        until(server.is_up, "the web server answers")
        until(lambda: len(server.workers()) == 2, "both workers are there")
        assert all(server.is_up() for _ in range(10))
        server.process.terminate()
        assert server.process.wait(10) == 0
    finally:
        server.end()


def test_a_port_that_is_taken_is_one_sentence(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start(home, "-p", str(port))
        said, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert f"port {port}: address already in use" in said
    assert "Traceback" not in said


def test_it_does_not_listen_to_the_network_without_being_told_twice(home: Path) -> None:
    process = start(home, "-p", "0", "--host", "0.0.0.0")
    said, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "allow_unauthenticated_network" in said
    assert "Traceback" not in said


def test_a_certificate_that_is_not_there_is_one_sentence(home: Path) -> None:
    process = start(home, "-p", "0", "--ssl-cert", "none.pem", "--ssl-key", "none.key")
    said, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "none.pem" in said
    assert "Traceback" not in said


def test_alone_it_is_one_process_that_ends_with_who_started_it(home: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "venturi.api", "-p", "0"],
        env={"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(home), **OPEN},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None and process.stdin is not None
    try:
        url = process.stdout.readline().rpartition(" ")[2].strip()
        assert httpx2.get(f"{url}/health", timeout=10).status_code == 200
        assert title(process.pid) == "airflow-webserver [master, alone]"
        process.stdin.close()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_who_waits_for_a_run_hears_of_its_end(server: Web, store: Store) -> None:
    spec = make.dag(make.task("a"), dag_id="d")
    put(store, spec)
    run(store, spec)
    path = "dags/d/dagRuns/r1"
    with httpx2.stream("GET", f"{server.url}{path}/wait?interval=0.05", timeout=20) as stream:
        lines = stream.iter_lines()
        assert next(lines) == '{"state":"running"}'
        marked = httpx2.patch(server.url + path, json={"state": "success"}, timeout=10)
        assert marked.status_code == 200
        assert list(lines)[-1] == '{"state":"success"}'


def test_a_key_of_another_certificate_is_one_sentence(home: Path) -> None:
    certificate, key = self_signed(home)
    (home / "other").mkdir()
    _, other = self_signed(home / "other")
    process = start(home, "-p", "0", "--ssl-cert", str(certificate), "--ssl-key", str(other))
    said, _ = process.communicate(timeout=30)
    assert process.returncode != 0
    assert "cannot be used: KEY_VALUES_MISMATCH" in said
    assert "Traceback" not in said
    assert key.exists()


def test_with_a_certificate_it_speaks_https(home: Path) -> None:
    certificate, key = self_signed(home)
    web = Web(home, "--ssl-cert", str(certificate), "--ssl-key", str(key))
    context = ssl.create_default_context(cafile=str(certificate))

    def answers() -> bool:
        try:
            return httpx2.get(web.url + "version", verify=context, timeout=10).status_code == 200
        except httpx2.TransportError:
            return False

    try:
        until(answers, "it answers over HTTPS")
    finally:
        web.end()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate, key


def test_a_worker_that_cannot_start_is_told_and_the_master_ends(home: Path) -> None:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    program = (
        "import socket, sys\n"
        "from venturi.api.server import Master\n"
        "from venturi.api.settings import Serving\n"
        "from venturi.core.clock import SystemClock\n"
        "def broken():\n"
        "    raise RuntimeError('no application')\n"
        "listener = socket.socket(fileno=int(sys.argv[1]))\n"
        "sys.exit(Master(Serving(), listener, broken, SystemClock()).run())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(listener.fileno())],
        env={"PATH": os.environ["PATH"], "AIRFLOW_HOME": str(home), **OPEN},
        pass_fds=[listener.fileno()],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    listener.close()
    assert done.returncode == 1
    assert "could not start" in done.stdout
    assert "no application" in done.stderr


def test_debugging_it_is_one_process_that_scripts_find_as_the_master(home: Path) -> None:
    process = start(home, "--debug", "-p", "0", stdin=subprocess.PIPE)
    assert process.stdout is not None and process.stdin is not None
    try:
        process.stdin.close()  # a script's input may end at once
        url = next(line for line in process.stdout if "listens at" in line).split()[-1]
        assert httpx2.get(f"{url}/health", timeout=10).status_code == 200
        assert "airflow-webserver" in title(process.pid)
        assert "master" in title(process.pid)
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_debugging_it_starts_again_when_a_file_changes(home: Path) -> None:
    plugins = home / "plugins"
    plugins.mkdir()
    port = free_port()
    process = start(home, "--debug", "-p", str(port), stdin=subprocess.PIPE)
    assert process.stdout is not None
    try:
        lines = iter(process.stdout)
        assert any("listens at" in line for line in lines)
        (plugins / "mine.py").write_text("x = 1\n")
        assert any("mine.py has changed" in line for line in lines)
        assert any("listens at" in line for line in lines)
        url = f"http://127.0.0.1:{port}/health"
        assert httpx2.get(url, timeout=10).status_code == 200
        process.terminate()
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_requests_stand_in_the_access_log(home: Path) -> None:
    file = home / "access.log"
    server = Web(home, "-A", str(file))
    try:
        until(server.is_up, "the web server answers")
        httpx2.get(server.url + "dags?limit=3", timeout=10)
        until(lambda: 'GET /api/v2/dags?limit=3 HTTP/1.1" 200' in file.read_text(), "it is there")
    finally:
        server.end()


def test_behind_a_proxy_the_address_and_the_scheme_are_those_that_people_use(home: Path) -> None:
    file = home / "access.log"
    server = Web(home, "-A", str(file), "--proxy-headers", env=CLOSED)
    told = {
        "x-forwarded-for": "203.0.113.7",
        "x-forwarded-proto": "https",
        "x-forwarded-host": "flow.example",
        "x-forwarded-prefix": "/flow",
    }
    try:
        until(server.is_up, "the web server answers")
        url = server.url.replace("/api/v2/", "")
        led = httpx2.get(url + "/", headers=told, timeout=10)
        assert (led.status_code, led.headers["location"]) == (303, "/flow/auth/login")
        password = server.said.partition("password ")[2].split()[0]
        body = {"username": "admin", "password": password}
        same = {**told, "origin": "https://flow.example"}
        done = httpx2.post(url + "/auth/login", json=body, headers=same, timeout=10)
        assert done.status_code == 200
        assert "Secure" in done.headers["set-cookie"] and "Path=/flow" in done.headers["set-cookie"]
        foreign = {**told, "origin": "https://evil.example"}
        assert httpx2.post(url + "/auth/login", json=body, headers=foreign).status_code == 403
        assert "203.0.113.7" in file.read_text()
    finally:
        server.end()
