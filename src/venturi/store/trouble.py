"""What keeps attempts from the workers they wait for, as the scheduler last found it.

One row, so that whoever asks why a task does not run is told; empty when nothing does.
"""

from sqlalchemy import delete, insert, select

from venturi.store.engine import Tx
from venturi.store.schema.engine import installation

_KEY = "broker_trouble"


def note_trouble(tx: Tx, text: str) -> None:
    """Remember a sentence about the broker, or that all is well with it."""
    tx.execute(delete(installation).where(installation.c.key == _KEY))
    if text:
        tx.execute(insert(installation).values(key=_KEY, value=text))


def trouble(tx: Tx) -> str:
    """The sentence; empty when all is well."""
    query = select(installation.c.value).where(installation.c.key == _KEY)
    return str(tx.execute(query).scalar() or "")
