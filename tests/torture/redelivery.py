"""T01: brokers deliver again what runs, others repeat all that is said, and forge what they like.

Orchestrators are known to run such a task twice, or to fail the one that runs (apache/airflow
#58441, celery #5935). A bell is no permission: what was claimed is refused to whoever asks again.
"""

from functools import partial

from kombu import Producer

from tests.torture.brokers import RabbitBroker, sender
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
            for _ in range(2):
                refused = refusals(home)
                redelivered += home.broker.redeliver()
                # The held ones' bells have come again, and started nothing.
                home.until(
                    partial(has_refused, home, refused + HELD), f"{HELD} more are refused", 90
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
    key = home.airflow("config", "get-value", "core", "fernet_key").stdout.strip()
    rows = home.sql("SELECT id, try_number, epoch FROM task_instance WHERE dag_id = 'held'")
    app = sender(home.broker.url)
    words = Frame(1, 0, (b"\x81\xa4type\xa5Claim",))
    with app.connection_for_write() as connection:
        for ti_id, try_number, epoch in rows:
            bell = Doorbell(ti_id, try_number, epoch)
            for args in (
                signed(bell, Keys("another secret").bell),
                signed(bell._replace(epoch=epoch - 1), Keys(key).bell),
                signed(bell._replace(epoch=epoch + 1), Keys(key).bell),
                ["x"],
            ):
                app.send_task(TASK, args=args, queue="default", connection=connection)
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


def printed(home: CeleryHome) -> str:
    """What all workers have printed."""
    return "".join(home.output_of(name).read_text() for name in home.names)


def refusals(home: CeleryHome) -> int:
    """How many bells have started nothing."""
    said = printed(home)
    return sum(said.count(words) for words in REFUSALS)


def has_refused(home: CeleryHome, least: int) -> bool:
    """Whether so many bells have started nothing."""
    return refusals(home) >= least


_WIDE = "max_active_tasks=100"
