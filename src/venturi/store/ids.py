"""Row ids, handed out in blocks: known before the insert, the same on every database."""

from sqlalchemy import insert, select, update

from venturi.store.engine import Tx
from venturi.store.schema.engine import id_block


def take_ids(tx: Tx, name: str, count: int) -> range:
    """`count` ids of the table `name` that nobody else gets."""
    changed = tx.execute(
        update(id_block).where(id_block.c.name == name).values(next=id_block.c.next + count)
    )
    if changed.rowcount == 0:
        tx.execute(insert(id_block).values(name=name, next=1 + count))
        return range(1, 1 + count)
    end = tx.execute(select(id_block.c.next).where(id_block.c.name == name)).scalar_one()
    return range(end - count, end)
