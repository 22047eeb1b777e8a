"""T08: the broker takes nothing more: what is published vanishes, or is refused, or waits for ever.

Three ways, of which only the last one of Redis gives an error: a link on which clients are not
heard any more, a broker whose memory is used up, and that broker cut off at the same time. People
must see that their tasks wait for the broker; afterwards everything arrives.
"""

import time
from collections.abc import Callable

from tests.torture.homes import fan, place_load
from tests.torture.plan import World, holds, must
from tests.torture.proxy import Proxy
from tests.torture.workers import CeleryHome

#: Seconds in which people must be told.
TOLD = 40.0
#: Seconds in which all that waited is done, on a machine with nothing else to do.
DONE = 10.0


def swallow(world: World) -> None:
    """A mute link, then a broker that is full."""
    with Proxy(world.broker.server.port, world.seed) as proxy, world.celery_home() as home:
        url = home.broker.url.replace(str(home.broker.server.port), str(proxy.port))
        home.option("celery", "broker_url", url)
        scheduler = home.scheduler()
        home.until_done(place_load(home, world.random, 1), 60)
        lasts = world.pick(3.0, 30.0)
        for name, begin, end in (
            ("mute", lambda: proxy.set("mute"), lambda: proxy.set("pass")),
            ("full", home.broker.fill, home.broker.make_room),
        ):
            took = _outage(home, world, name, begin, end, lasts)
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
            must(all(home.runs(each) for each in home.names), "a worker ended")
            world.tell(**{f"{name}_caught_up_s": round(took, 1)})
        holds(home.check())


def _outage(
    home: CeleryHome,
    world: World,
    name: str,
    begin: Callable[[], object],
    end: Callable[[], object],
    lasts: float,
) -> float:
    """Some tasks run and some are queued meanwhile; how long all took once it was over."""
    go = home.path / f"go-{name}"
    started, said = home.ledger.count("start"), len(home.said())
    held = fan(f"held_{name}", 4, call="work_until", arguments=repr(str(go)))
    home.dag(f"held_{name}.py", held)
    home.until(lambda: home.ledger.count("start") == started + 4, "some run", 60)
    begin()
    last = place_load(home, world.random, world.pick(2, 18))
    query = "SELECT count(*) FROM task_instance WHERE state = 'queued'"
    home.until(lambda: home.value(query), "some wait in the queue", 60)
    go.touch()  # they end while nobody can be told
    home.until(lambda: "wait until it is back" in home.said()[said:], "people are told", TOLD)
    why = home.airflow("why", last, "first")
    must("broker" in why.stdout, f"`airflow why` does not tell of the broker: {why.stdout}")
    time.sleep(lasts)
    end()
    since = time.monotonic()
    home.until_done(last, 120)
    took = time.monotonic() - since
    must(took <= DONE * world.load(), f"all that waited was done {took:.1f} s after {name}")
    home.until(lambda: "broker" not in home.airflow("why", last, "first").stdout, "it is over", 60)
    return took
