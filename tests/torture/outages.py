"""T06, T07, T09: the database server goes away, falls silent, or loses what it wanted to say."""

import threading
import time
from typing import Any

from tests.services.find import private
from tests.torture.homes import place_load
from tests.torture.plan import World, holds, must
from tests.torture.proxy import Proxy

#: Seconds until all is as before once the server is back, on a machine with nothing else to do.
CAUGHT_UP = 15.0


def restart_at_random(world: World) -> None:
    """T06: the server is restarted or killed again and again, and once away for long."""
    server: Any = private(world.backend)
    with server, world.home(server=server) as home:
        scheduler = home.scheduler()
        place_load(home, world.random, world.pick(6, 20))
        restarts = world.pick(3, 12)
        for number in range(restarts):
            time.sleep(world.random.uniform(*world.pick((1, 3), (5, 40))))
            if number % 2:
                server.kill()
            else:
                server.stop()
            time.sleep(world.random.uniform(0, 2))
            server.start()
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        server.stop()
        away = world.pick(6, 60)
        time.sleep(away)
        server.start()
        back = time.monotonic()
        home.store.engine.dispose()
        home.until_done(place_load(home, world.random, 1), 120)
        took = time.monotonic() - back
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        holds(home.check())
        world.tell(restarts=restarts, away_s=away, caught_up_s=round(took, 1))
        _must_be_soon(world, took)


def fall_silent(world: World) -> None:
    """T07: connections are black holes, slow, or broken by an administrator."""
    server: Any = private(world.backend)
    with server, Proxy(server.port, world.seed) as proxy, world.home(server=server) as home:
        url = home.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
        home.option("database", "sql_alchemy_conn", url.replace(str(server.port), str(proxy.port)))
        scheduler = home.scheduler()
        place_load(home, world.random, world.pick(4, 20))
        broken = 0
        for mode, seconds, lasts in (
            ("delay", 0.1, world.pick(3, 60)),
            ("hole", 0.0, world.pick(8, 30)),
            ("pass", 0.0, 1),
            ("deaf", 0.0, world.pick(5, 30)),
        ):
            proxy.set(mode, seconds)
            time.sleep(lasts)
            must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        proxy.set("pass")
        for _ in range(world.pick(5, 50)):
            time.sleep(world.random.uniform(0, 0.3))
            broken += proxy.reset()
        begun = time.monotonic()
        home.until_done(place_load(home, world.random, 1), 120)
        took = time.monotonic() - begun
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        holds(home.check())
        world.tell(resets=broken, caught_up_s=round(took, 1))
        _must_be_soon(world, took)


def _must_be_soon(world: World, took: float) -> None:
    most = CAUGHT_UP * world.load()
    must(took <= most, f"it had caught up after {took:.1f} s; {most:.1f} s are granted")


def lose_acknowledgements(world: World) -> None:
    """T09: what the server says is lost and the connection broken, while results are committed."""
    server: Any = private(world.backend)
    with server, Proxy(server.port, world.seed) as proxy, world.home(server=server) as home:
        url = home.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
        home.option("database", "sql_alchemy_conn", url.replace(str(server.port), str(proxy.port)))
        scheduler = home.scheduler()
        place_load(home, world.random, world.pick(4, 20))
        done = threading.Event()
        lost = 0
        while not done.is_set() and lost < world.pick(40, 200):
            time.sleep(world.random.uniform(0.02, 0.15))
            proxy.set("deaf")
            time.sleep(world.random.uniform(0.005, 0.04))
            lost += proxy.reset()
            proxy.set("pass")
            if home.all_ended():
                done.set()
        home.until_done(place_load(home, world.random, 1), 120)
        must(scheduler.poll() is None, f"the scheduler ended:\n{home.said()}")
        holds(home.check())
        world.tell(lost=lost)
