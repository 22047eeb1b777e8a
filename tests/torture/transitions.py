"""T21: a live scheduler on a clock that comes to the moments at which clocks change.

That every zone and expression agrees with the rule is tested without processes
(`tests/spec/timetable/test_clock_changes.py`). Here the scheduler itself lives through such days:
it is killed and started again at the very instant of the change, and at others, and the runs must
be those that looking at the clock on the wall every minute finds - none twice, none left out.
"""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import select

from tests.spec.timetable.make import NOTABLE
from tests.spec.timetable.oracle import brute_force
from tests.torture.clocks import MovedClock
from tests.torture.homes import TortureHome
from tests.torture.plan import World, holds, must
from venturi.spec.timetable.zones import changes
from venturi.store.schema.runs import dag_run


class Place(NamedTuple):
    """A zone, and an instant at which something happens to its clock."""

    zone: str
    at: datetime


#: In order: no clock of these tests goes back.
PLACES = (
    Place("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),  # skips a day
    Place("Africa/Cairo", datetime(2023, 4, 27, 22, tzinfo=UTC)),  # changes at midnight
    Place("America/New_York", datetime(2024, 2, 29, 5, tzinfo=UTC)),  # a leap day begins
    Place("America/New_York", datetime(2024, 3, 10, 7, tzinfo=UTC)),
    Place("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),  # back by half an hour
    Place("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    Place("Europe/Zurich", datetime(2026, 10, 25, 1, tzinfo=UTC)),
)
#: The last one counts elapsed time.
EXPRESSIONS = ("*/20 0-3 * * *", "30 2 * * *", "0 0,1,3,23 * * *", "0 12 29 2 *", "15 * * * *")
AROUND = timedelta(hours=14)
MINUTE = timedelta(minutes=1)

FILE = """
from datetime import datetime
from zoneinfo import ZoneInfo
from airflow.sdk import DAG
from airflow.providers.standard.operators.python import PythonOperator
from notes import work
for number, expression in enumerate(EXPRESSIONS):
    with DAG(
        f"PREFIX_{number}", schedule=expression, catchup=True, max_active_runs=16,
        start_date=datetime.fromisoformat("START").astimezone(ZoneInfo("ZONE")),
        end_date=datetime.fromisoformat("END"),
    ) as dag:
        PythonOperator(task_id="t", python_callable=work)
    globals()[f"dag{number}"] = dag
"""


def change_clocks(world: World) -> None:
    """Through two of the places; in the full tier through all and through some of other years."""
    places = world.pick(world.random.sample(PLACES, 2), list(PLACES))
    for _ in range(world.pick(0, 12)):
        zone, year = world.random.choice(NOTABLE), world.random.randint(2027, 2037)
        places += [Place(zone, change.at) for change in changes(zone, year)[:1]]
    runs = restarts = 0
    with world.home() as home:
        clock = MovedClock(home.path)
        clock.give(home.env)
        # How soon the loop notices that somebody has moved its clock.
        home.option("venturi", "lease_seconds", "2")
        for number, place in enumerate(sorted(places, key=lambda each: each.at)):
            stay = _Stay(home, clock, place, f"at{number}")
            restarts += stay.live_through(world)
            runs += sum(len(due) for due in stay.due.values())
        holds(home.check())
        world.tell(places=len(places), runs=runs, restarts=restarts)


class _Stay:
    """A day and more at one place."""

    def __init__(self, home: TortureHome, clock: MovedClock, place: Place, prefix: str) -> None:
        self.home, self.clock, self.place = home, clock, place
        start, end = place.at - AROUND, place.at + AROUND
        # Over half an hour no clock on the wall shows what an hourly expression counts.
        whole = not (_change(place) % timedelta(hours=1))
        expressions = EXPRESSIONS if whole else EXPRESSIONS[:-1]
        text = FILE.replace("EXPRESSIONS", repr(expressions)).replace("PREFIX", prefix)
        text = text.replace("START", start.isoformat()).replace("ZONE", place.zone)
        self.text = text.replace("END", (end - MINUTE).isoformat())
        self.name = f"{prefix}.py"
        self.due = {
            f"{prefix}_{number}": brute_force(expression, place.zone, start, end)
            for number, expression in enumerate(expressions)
        }

    def live_through(self, world: World) -> int:
        """Come to the change, be killed at it, go on; how often a scheduler was killed."""
        self.clock.set_to(self.place.at - timedelta(hours=2))
        self.home.dag(self.name, self.text)
        scheduler = self.home.scheduler()
        self._must_agree()
        killed = 0
        # The instant itself, the hours around what is skipped or comes twice, and the rest.
        for minutes in world.pick((0, 30, 61, 14 * 60), (0, 1, 30, 60, 61, 120, 200, 14 * 60)):
            if minutes == 0 or world.random.random() < 0.25:
                scheduler.kill()
                scheduler.wait(10)
                killed += 1
            self.clock.set_to(self.place.at + minutes * MINUTE)
            if scheduler.poll() is not None:
                scheduler = self.home.scheduler()
            self._must_agree()
        self.home.until_all_ended(60)
        must(scheduler.poll() is None, f"the scheduler ended:\n{self.home.said()}")
        scheduler.kill()
        scheduler.wait(10)
        return killed

    def _must_agree(self) -> None:
        """Every DAG has come to have the runs that are due by now, and has no other."""
        for dag in self.due:
            self.home.until(
                partial(self._is_up_to_date, dag),
                f"the runs of {dag} at {self.clock.now()} in {self.place.zone} are there",
                60,
            )
            odd = sorted(self._runs(dag) - self._due(dag))
            must(not odd, f"{dag} in {self.place.zone} has runs that are not due: {odd}")

    def _is_up_to_date(self, dag: str) -> bool:
        return self._runs(dag) >= self._due(dag)

    def _due(self, dag: str) -> set[datetime]:
        return {at for at in self.due[dag] if at <= self.clock.now()}

    def _runs(self, dag: str) -> set[datetime]:
        with self.home.store.read() as tx:
            found = select(dag_run.c.run_after).where(dag_run.c.dag_id == dag)
            return set(tx.execute(found).scalars())


def _change(place: Place) -> timedelta:
    """By how much the clock changes there and then."""
    found = [each for each in changes(place.zone, place.at.year) if each.at == place.at]
    return found[0].after - found[0].before if found else timedelta(0)
