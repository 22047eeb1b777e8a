"""T01: brokers deliver again what runs, others repeat all that is said, and forge what they like.

Orchestrators are known to run such a task twice, or to fail the one that runs (apache/airflow
#58441, celery #5935). A bell is no permission: what was claimed is refused to whoever asks again.
"""

import re
from functools import partial

from kombu import Producer

from tests.torture.brokers import QUEUE, RabbitBroker, sender
from tests.torture.homes import fan, place_load
from tests.torture.plan import World, holds, must
from tests.torture.repeater import Repeater
from tests.torture.workers import CeleryHome
from venturi.executors.celery.doorbell import TASK, Doorbell, signed
from venturi.executors.celery.gateway import NAME
from venturi.executors.celery.keys import Keys
from venturi.executors.celery.sealed import Frame, Seal

#: What a worker says of a bell that starts nothing.
REFUSALS = (
    "it runs here already",
    "has it",
    "it has begun already",
    "nobody waits for this attempt any more",
    "somebody else was faster",
)
HELD = 8


def redeliver_everything(world: World) -> None:
    """Tasks are held while the storm goes over them; a load runs through it."""
    with world.celery_home() as home:
        go = home.path / "go"
        arguments = repr(str(go))
        home.dag("held.py", fan("held", HELD, call="work_until", arguments=arguments, dag=_WIDE))
        scheduler = home.scheduler()
        home.until(lambda: home.ledger.count("start") == HELD, "the held ones run", 60)
        place_load(home, world.random, world.pick(2, 18))
        redelivered = 0
        with Repeater(home.broker) as repeater:
            forge(home)
            for number in range(2):
                refused = _of_held(home)
                if number:  # those that were refused have been put away
                    ring_again(home)
                redelivered += home.broker.redeliver()
                # The held ones' bells have come again, and started nothing.
                home.until(
                    partial(has_refused, home, refused + HELD), f"{HELD} more are refused", 120
                )
            home.until(lambda: repeater.repeated > HELD, "all is said again", 30)
        if isinstance(home.broker, RabbitBroker):
            home.broker.restart_app()
            place_load(home, world.random, 1)
        go.touch()
        home.until_all_ended(180)
        must(scheduler.poll() is None, "the scheduler ended")
        must(all(home.runs(name) for name in home.names), "a worker ended")
        must("was sealed with another key" in home.said(), "forged words were not told of")
        must("not signed" in printed(home), "forged bells were not told of")
        tries = home.value("SELECT MAX(try_number) FROM task_instance")
        must(tries == 1, f"an attempt was spent: there is a try {tries}")
        holds(home.check())
        world.tell(redelivered=redelivered, repeated=repeater.repeated, refused=refusals(home))


def forge(home: CeleryHome) -> None:
    """Bells and words of somebody who has another key, or none; and bells of other epochs."""
    app = sender(home.broker.url)
    key = key_of(home)
    words = Frame(1, 0, (b"\x81\xa4type\xa5Claim",))
    with app.connection_for_write() as connection:
        for bell in bells(home):
            for args in (
                signed(bell, Keys("another secret").bell),
                signed(bell._replace(epoch=bell.epoch - 1), key),
                signed(bell._replace(epoch=bell.epoch + 1), key),
                ["x"],
            ):
                app.send_task(TASK, args=args, queue=QUEUE, connection=connection)
        with connection.channel() as channel:
            forged = Seal(Keys("another secret").session).close(NAME, "nobody", b"s" * 32, words)
            for body in (b"", b"junk", b"\x94\xa1a\xa1b\xc4\x00\xc4\x00", forged):
                Producer(channel, auto_declare=False).publish(
                    body,
                    exchange="",
                    routing_key=NAME,
                    content_type="application/octet-stream",
                    content_encoding="binary",
                )


def ring_again(home: CeleryHome) -> None:
    """The held ones' bells, as they were."""
    app, key = sender(home.broker.url), key_of(home)
    with app.connection_for_write() as connection:
        for bell in bells(home):
            app.send_task(TASK, args=signed(bell, key), queue=QUEUE, connection=connection)


def bells(home: CeleryHome) -> list[Doorbell]:
    """Those of the held tasks."""
    query = "SELECT id, try_number, epoch FROM task_instance WHERE dag_id = 'held'"
    return [Doorbell(*row) for row in home.sql(query)]


def key_of(home: CeleryHome) -> bytes:
    """What bells of this installation are signed with."""
    said = home.airflow("config", "get-value", "core", "fernet_key")
    return Keys(said.stdout.strip()).bell


def printed(home: CeleryHome) -> str:
    """What all workers have printed."""
    return "".join(home.output_of(name).read_text() for name in home.names)


def refusals(home: CeleryHome) -> int:
    """How many bells have started nothing."""
    return len(_refused(home))


def has_refused(home: CeleryHome, least: int) -> bool:
    """Whether so many bells of the held ones have started nothing."""
    return _of_held(home) >= least


def _of_held(home: CeleryHome) -> int:
    names = {f"{bell.ti_id}-{bell.try_number}-{bell.epoch}" for bell in bells(home)}
    return sum(name in names for name in _refused(home))


def _refused(home: CeleryHome) -> list[str]:
    over = re.findall(r"attempt\[([\d-]+)\] is over after [\d.]+ s: (.*)", printed(home))
    return [name for name, words in over if any(each in words for each in REFUSALS)]


_WIDE = "max_active_tasks=100"
