"""Ids, transactions, calls, the bell, secrets."""

import socket
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy.exc import OperationalError

from tests.make import NOW
from venturi.config import get_config
from venturi.core.attempts import FileRef, RunInfo
from venturi.core.errors import VenturiError
from venturi.core.messages import Call
from venturi.store.bell import Bell, Ring, bell_path, ring
from venturi.store.calls import drop_calls, open_calls, put_calls
from venturi.store.crypto import Undecipherable, decrypt, encrypt, rotate
from venturi.store.engine import Store, Tx
from venturi.store.ids import take_ids
from venturi.store.schema.runs import task_instance

# --- ids ---------------------------------------------------------------------------------------


def test_ids_are_never_handed_out_twice(store: Store) -> None:
    with store.write() as tx:
        taken = [*take_ids(tx, "x", 1), *take_ids(tx, "x", 5)]
    taken += store.retrying(lambda tx: take_ids(tx, "x", 3))
    assert taken == list(range(1, 10))
    assert store.retrying(lambda tx: take_ids(tx, "y", 2)) == range(1, 3)


def test_ids_of_a_transaction_that_failed_are_free_again(store: Store) -> None:
    def fail(tx: Tx) -> None:
        take_ids(tx, "x", 5)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.retrying(fail)
    assert store.retrying(lambda tx: take_ids(tx, "x", 1)) == range(1, 2)


def test_ids_differ_between_writers_at_the_same_time(store: Store) -> None:
    store.retrying(lambda tx: take_ids(tx, "x", 1))
    found: list[int] = []

    def work() -> None:
        for _ in range(10):
            found.extend(store.retrying(lambda tx: take_ids(tx, "x", 3)))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == len(set(found)) == 120


# --- transactions ------------------------------------------------------------------------------


def test_a_transaction_is_repeated_after_a_passing_error_only(store: Store) -> None:
    tried: list[int] = []

    def locked_twice(tx: Tx) -> str:
        tried.append(1)
        tx.exec_driver_sql("UPDATE slot_pool SET slots = slots + 1")
        if len(tried) < 3:
            raise OperationalError("", {}, Exception("database is locked"))
        return "done"

    assert store.retrying(locked_twice) == "done"
    with store.read() as tx:
        assert tx.exec_driver_sql("SELECT slots FROM slot_pool").scalar() == 129

    def wrong(tx: Tx) -> None:
        tried.append(1)
        tx.exec_driver_sql("SELECT * FROM no_such_table")

    tried.clear()
    with pytest.raises(Exception, match="no_such_table"):
        store.retrying(wrong)
    assert len(tried) == 1


def test_a_reader_is_not_disturbed_by_a_writer(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("servers read what is committed")
    with store.read() as reader:
        before = reader.exec_driver_sql("SELECT slots FROM slot_pool").scalar()
        with store.write() as tx:
            tx.exec_driver_sql("UPDATE slot_pool SET slots = 5")
        assert reader.exec_driver_sql("SELECT slots FROM slot_pool").scalar() == before


def test_sqlite_is_durable(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("for SQLite")
    with store.read() as tx:
        assert tx.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert tx.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


# --- calls -------------------------------------------------------------------------------------


def call(kind: str, dag_id: str = "d") -> Call:
    return Call(
        call_id=0,
        file=FileRef(path="/d.py", key="k"),
        kind=kind,
        dag_id=dag_id,
        run=RunInfo(dag_id=dag_id, run_id="r", run_type="manual", run_after=NOW),
    )


def test_calls_stay_until_they_have_been_run(store: Store) -> None:
    put = store.retrying(
        lambda tx: put_calls(tx, [(call("on_failure"), 7), (call("on_success"), None)], NOW)
    )
    assert len({each.call_id for each in put}) == 2
    with store.read() as tx:
        assert open_calls(tx) == put
    store.retrying(lambda tx: drop_calls(tx, [put[0].call_id, 999]))
    with store.read() as tx:
        assert open_calls(tx) == put[1:]


# --- bell --------------------------------------------------------------------------------------


def test_the_bell_tells_what_was_rung(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    try:
        assert ring(tmp_path) is True
        assert ring(tmp_path, Ring(dag_ids=("a", "b"), run_ids=(3,))) is True
        assert bell.answer() == [Ring(), Ring(dag_ids=("a", "b"), run_ids=(3,))]
        assert bell.answer() == []
    finally:
        bell.close()


def test_ringing_where_nobody_listens_is_no_error(tmp_path: Path) -> None:
    assert ring(tmp_path) is False
    Bell(tmp_path).close()
    assert ring(tmp_path) is False


def test_a_ring_nobody_understands_means_look_everywhere(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
            other.sendto(b"\xff{", str(bell_path(tmp_path)))
        assert bell.answer() == [Ring()]
    finally:
        bell.close()


def test_only_its_owner_may_ring(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    try:
        assert stat.S_IMODE(bell_path(tmp_path).stat().st_mode) == 0o600
    finally:
        bell.close()


def test_a_full_bell_does_not_hold_up_who_rings(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    try:
        outcomes = {ring(tmp_path, Ring(dag_ids=("d" * 1000,))) for _ in range(2000)}
        assert True in outcomes
        assert bell.answer()
    finally:
        bell.close()


# --- numbers -----------------------------------------------------------------------------------


def test_a_duration_comes_back_as_the_number_that_it_was(store: Store) -> None:
    times = {"start_date": NOW, "end_date": NOW}
    third = 1 / 3
    values = {"id": 1, "dagrun_id": 1, "dag_id": "d", "run_id": "r", "task_id": "t", **times}
    with store.write() as tx:
        tx.execute(task_instance.insert().values(**values, duration=third))
        found = tx.execute(task_instance.select()).one().duration
        same = tx.execute(task_instance.select().where(task_instance.c.duration == third))
        assert (type(found), found, len(same.all())) == (float, third, 1)


# --- secrets -----------------------------------------------------------------------------------


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set `[core] fernet_key`."""

    def set_keys(*keys: str) -> None:
        monkeypatch.setenv("AIRFLOW__CORE__FERNET_KEY", ",".join(keys))
        get_config.cache_clear()

    return set_keys


def test_a_secret_is_read_with_any_of_the_keys_and_written_with_the_newest(keys: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    keys(old)
    stored, is_encrypted = encrypt("pa$$wörd")
    assert is_encrypted and "pa$$" not in stored
    keys(new, old)
    assert decrypt(stored) == "pa$$wörd"
    rotated = rotate(stored)
    keys(new)
    assert decrypt(rotated) == "pa$$wörd"
    with pytest.raises(Undecipherable, match=r"\[core\] fernet_key"):
        decrypt(stored)


def test_without_a_key_nothing_is_encrypted(keys: Any) -> None:
    keys("")
    assert encrypt("plain") == ("plain", False)


def test_a_key_that_is_none_is_an_error_naming_the_option(keys: Any) -> None:
    keys("short")
    with pytest.raises(VenturiError, match=r"\[core\] fernet_key"):
        encrypt("x")
