"""Asking the database without a scheduler."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from venturi.config import get_config
from venturi.core.requests import (
    CountInstances,
    DeleteVariable,
    GetConnection,
    GetDagState,
    GetRun,
    GetStates,
    GetVariable,
    GetXCom,
    SetVariable,
)
from venturi.store.direct import DirectComms, open_direct
from venturi.store.migrate import migrate
from venturi.store.open import open_store


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path / "home"))
    get_config.cache_clear()
    yield
    get_config.cache_clear()


@pytest.fixture
def comms() -> Iterator[DirectComms]:
    store = open_store()
    migrate(store)
    store.close()
    comms = open_direct()
    assert comms is not None
    yield comms
    comms.store.close()


def test_no_installation_is_none_and_stays_none(tmp_path: Path) -> None:
    assert open_direct() is None
    assert not (tmp_path / "home").exists()


def test_an_empty_database_is_none_and_said(caplog: pytest.LogCaptureFixture) -> None:
    store = open_store()
    with store.read():
        pass
    store.close()
    assert open_direct() is None
    assert "airflow db migrate" in caplog.text


def test_variables_are_set_read_and_deleted(comms: DirectComms) -> None:
    assert comms.ask(GetVariable(key="a")) is None
    comms.ask(SetVariable(key="a", value="1"))
    assert comms.ask(GetVariable(key="a")) == "1"
    assert comms.ask(DeleteVariable(key="a")) == 1
    assert comms.ask(GetVariable(key="a")) is None


def test_what_is_not_there_has_an_answer_too(comms: DirectComms) -> None:
    assert comms.ask(GetConnection(conn_id="none")) is None
    assert comms.ask(GetXCom(dag_id="d", run_id="r")) == []
    assert comms.ask(GetRun(dag_id="d", run_id="r")) is None
    assert comms.ask(GetStates(dag_id="d")) == {}
    assert comms.ask(CountInstances(dag_id="d")) == 0
    assert comms.ask(GetDagState(dag_id="d"))["exists"] is False
