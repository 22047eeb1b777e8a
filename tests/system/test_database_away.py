"""The database refuses at the very moment at which a runner introduces itself."""

import random

from tests.services.postgresql import PostgreSql
from tests.torture.homes import place_load, torture_home
from tests.torture.plan import holds
from tests.torture.proxy import Proxy


def test_what_a_refusing_database_kept_from_being_done_is_done_when_it_is_back(
    postgresql: PostgreSql,
) -> None:
    with Proxy(postgresql.port) as proxy, torture_home("postgresql") as home:
        url = home.env["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
        through = url.replace(f":{postgresql.port}/", f":{proxy.port}/")
        home.option("database", "sql_alchemy_conn", through)
        scheduler = home.scheduler()
        # Its runner is still starting: its first words come while nothing can be looked up.
        proxy.set("refuse")
        proxy.reset()
        place_load(home, random.Random(1), 1)
        home.until(lambda: "The database refuses" in home.said(), "it refuses", 30)
        proxy.set("pass")
        # Well before the look everywhere of every minute.
        home.until(home.all_ended, "the DAG that came meanwhile has run", 45)
        assert scheduler.poll() is None
        holds(home.check())
