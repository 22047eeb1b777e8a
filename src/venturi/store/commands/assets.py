"""Events of assets that people report."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.schema.later import asset_event


def create_asset_event(
    tx: Tx, asset_id: int, extra: Mapping[str, Any], partition_key: str | None, who: Actor
) -> int:
    """Write that an asset was updated; the row id of the event."""
    inserted = tx.execute(
        insert(asset_event).values(
            asset_id=asset_id,
            extra=json.dumps(extra) if extra else None,
            timestamp=who.now,
            partition_key=partition_key,
            source_map_index=-1,
        )
    )
    key = inserted.inserted_primary_key
    assert key is not None
    note(tx, who, "create_asset_event", extra={"asset_id": asset_id, "event_id": key[0]})
    return int(key[0])
