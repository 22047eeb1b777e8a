"""Opening a database: a new file is private, and writers repeat what may be repeated."""

import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from venturi.store.engine import DatabaseError, Store, Tx


def test_a_new_database_file_is_the_owners_alone(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/airflow.db")
    with store.write() as tx:
        tx.execute(text("CREATE TABLE t (x INTEGER)"))
    store.close()
    mode = stat.S_IMODE((tmp_path / "airflow.db").stat().st_mode)
    assert mode == 0o600


def test_a_body_that_fails_writes_nothing(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path}/airflow.db")
    with store.write() as tx:
        tx.execute(text("CREATE TABLE t (x INTEGER)"))

    def body(tx: Tx) -> None:
        tx.execute(text("INSERT INTO t VALUES (1)"))
        tx.execute(text("INSERT INTO missing VALUES (1)"))

    with pytest.raises(DatabaseError, match="missing"):
        store.retrying(body)
    with store.read() as tx:
        assert tx.execute(text("SELECT count(*) FROM t")).scalar() == 0
    store.close()


def test_a_writer_waits_for_another_one(tmp_path: Path) -> None:
    path = tmp_path / "airflow.db"
    store = Store(f"sqlite:///{path}")
    with store.write() as tx:
        tx.execute(text("CREATE TABLE t (x INTEGER)"))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    begun, ended = threading.Event(), threading.Event()

    def write() -> None:
        begun.set()
        store.retrying(lambda tx: tx.execute(text("INSERT INTO t VALUES (1)")).rowcount)
        ended.set()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    other.execute("ROLLBACK")
    other.close()
    assert ended.wait(30)
    thread.join()
    store.close()
