"""Scheduler, runner and task die before anybody could write down that the task has begun."""

import signal

from tests.system.home import RUNNER, TASK, kill
from tests.torture.homes import fan, torture_home
from venturi.core.failpoints import VARIABLE


def test_an_attempt_that_nobody_could_report_is_lost_and_not_run_again_in_its_try() -> None:
    with torture_home() as home:
        home.dag("d.py", fan("d", 1, call="work", arguments="60", task="retries=0"))
        home.migrate()
        # The scheduler freezes when it has sent the order, and never hears that the task began.
        home.env[VARIABLE] = "scheduler.sent=stop@2"
        scheduler = home.start("scheduler", output=home.output)
        home.until(lambda: home.ledger.count("start"), "the task has begun", 30)
        del home.env[VARIABLE]
        assert home.instance("d", "t0", "state") == "queued"
        scheduler.kill()
        (runner,) = home.processes(RUNNER)
        kill(runner, signal.SIGKILL)
        home.until(lambda: not home.processes(TASK), "the task dies too", 10)
        home.scheduler()
        assert home.until_ended("d", 40) == "failed"
        assert home.ledger.count("start") == 1
        assert "lost" in home.instance("d", "t0", "reason")
