"""The row in the audit log that says who did what."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from sqlalchemy import insert

from venturi.core.clock import Instant
from venturi.store.engine import Tx
from venturi.store.schema.people import log


class Actor(NamedTuple):
    """Who does something, and when: every command takes one."""

    name: str
    now: Instant
    #: the door they came through, as runs keep it: "cli", "rest_api", "ui", ...
    through: str = "cli"


def note(
    tx: Tx,
    who: Actor,
    event: str,
    *,
    dag_id: str | None = None,
    task_id: str | None = None,
    run_id: str | None = None,
    map_index: int | None = None,
    logical_date: Instant | None = None,
    extra: Mapping[str, Any] | None = None,
) -> None:
    """Write what somebody did; `extra` must not hold secrets."""
    tx.execute(
        insert(log).values(
            dttm=who.now,
            event=event[:60],
            owner=who.name,
            owner_display_name=who.name,
            dag_id=dag_id,
            task_id=task_id,
            run_id=run_id,
            map_index=map_index,
            execution_date=logical_date,
            extra=json.dumps(extra, default=str) if extra else None,
        )
    )
