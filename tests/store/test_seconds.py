"""Seconds between two columns, on every kind of database."""

from datetime import timedelta

from sqlalchemy import insert, select

from tests import make
from venturi.store.engine import Store
from venturi.store.schema.engine import job
from venturi.store.seconds import seconds_between


def test_seconds_lie_between_two_instants_and_none_where_one_is_missing(store: Store) -> None:
    ends = (timedelta(milliseconds=1500), timedelta(days=2), -timedelta(seconds=3), None)
    with store.write() as tx:
        for after in ends:
            end = None if after is None else make.NOW + after
            tx.execute(insert(job).values(job_type="x", start_date=make.NOW, end_date=end))
    lasted = seconds_between(job.c.start_date, job.c.end_date)
    with store.read() as tx:
        found: list[float | None] = list(
            tx.execute(select(lasted).order_by(job.c.id)).scalars().all()
        )
        long = tx.execute(select(job.c.id).where(lasted > 1.499, lasted < 1.501)).all()
    seconds = [None if each is None else round(float(each), 3) for each in found]
    assert seconds == [1.5, 172800.0, -3.0, None]
    assert len(long) == 1
