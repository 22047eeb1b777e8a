"""`airflow.api.common`: starting runs and managing pools from Python code."""

import json
from datetime import datetime
from typing import Any

from venturi.core.requests import GetRun, TriggerRun
from venturi.sdk.comms import current_comms
from venturi.sdk.exceptions import PoolNotFound


def trigger_dag(
    dag_id: str,
    run_id: str | None = None,
    conf: dict[str, Any] | str | None = None,
    execution_date: datetime | None = None,
    replace_microseconds: bool = True,
    *,
    logical_date: datetime | None = None,
    note: str | None = None,
    **_: Any,
) -> Any:
    """Start a run of `dag_id`; answers it. Raises what the engine answers if it cannot."""
    date = logical_date or execution_date
    if date is not None and replace_microseconds:
        date = date.replace(microsecond=0)
    text = conf if isinstance(conf, str) else json.dumps(conf or {}, default=str)
    answer = current_comms().ask(
        TriggerRun(dag_id=dag_id, run_id=run_id, logical_date=date, conf=text, note=note)
    )
    from venturi.sdk.runtime_run import ask_run

    return ask_run(GetRun(dag_id=dag_id, run_id=answer["run_id"]))


def get_dag_run_state(dag_id: str, execution_date: datetime) -> dict[str, Any]:
    """The state of a run, as 1.x's API answered."""
    from venturi.sdk.runtime_run import ask_run

    found = ask_run(GetRun(dag_id=dag_id, logical_date=execution_date))
    return {"state": None if found is None else str(found.state)}


def get_pools() -> list[Any]:
    """All pools."""
    with _session() as session:
        return list(session.query(_pool()).all())


def get_pool(name: str) -> Any:
    """The pool of that name. Raises `PoolNotFound`."""
    with _session() as session:
        found = session.query(_pool()).filter_by(pool=name).first()
    if found is None:
        raise PoolNotFound(f"Pool '{name}' doesn't exist")
    return found


def create_pool(name: str, slots: int, description: str = "") -> Any:
    """Make the pool, or change the one of that name."""
    with _session() as session:
        found = session.query(_pool()).filter_by(pool=name).first()
        if found is None:
            found = _pool()(pool=name)
            session.add(found)
        found.slots, found.description = int(slots), description
    return found


def delete_pool(name: str) -> Any:
    """Delete the pool. Raises `PoolNotFound`."""
    found = get_pool(name)
    with _session() as session:
        session.delete(session.merge(found))
    return found


def _session() -> Any:
    from venturi.compat.shims.sessions import create_session

    return create_session()


def _pool() -> Any:
    from venturi.compat.shims.orm import model

    return model("Pool")
