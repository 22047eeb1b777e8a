"""T22: XComs of every size and kind come back as they were, or are refused in a clear sentence."""

import json
import time
from http import HTTPStatus

import psutil

from tests.torture.growth import WORKER
from tests.torture.homes import TortureHome
from tests.torture.plan import World, holds, must
from tests.torture.visitors import Web

#: MiB by which a web server may grow when it lists the XComs.
GROWN = 50

#: What is pushed, as an expression; whether it must be taken.
VALUES = {
    "empty": ("''", True),
    "text_65535": ("'x' * 65535", True),
    "text_65536": ("'x' * 65536", True),
    "text_1m": ("'y' * (1 << 20)", True),
    "text_16m": ("'z' * (16 << 20)", False),
    "emoji": ("'\\U0001f600' * 70000", True),
    "zero": ("'a\\x00b'", False),
    "surrogate": ("'\\ud800'", False),
    "bytes": ("b'\\x00\\xff' * 1000", False),
    "nan": ("float('nan')", False),
    "big_number": ("2 ** 300", False),
    "deep": ("__import__('functools').reduce(lambda a, _: [a], range(200), 1)", False),
    "many": ("{str(n): n for n in range(20000)}", True),
}

HEAD = """
import hashlib
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
from notes import noted
def push(name, ti):
    with noted(ti):
        return eval(VALUES[name])
def pull(name, ti):
    with noted(ti):
        got, wanted = ti.xcom_pull(task_ids=f"push_{name}"), eval(VALUES[name])
        assert repr(got) == repr(wanted), f"{name}: {repr(got)[:80]} is not {repr(wanted)[:80]}"
with DAG("giants", start_date=datetime(2020, 1, 1), schedule="@once", max_active_tasks=4):
    for name in VALUES:
        push_it = PythonOperator(task_id=f"push_{name}", python_callable=push, op_args=[name])
        pull_it = PythonOperator(task_id=f"pull_{name}", python_callable=pull, op_args=[name])
        push_it >> pull_it
"""


def push_and_pull(world: World) -> None:
    """Each value through one task to the next."""
    expressions = json.dumps({name: text for name, (text, _) in VALUES.items()})
    with world.home() as home:
        home.dag("giants.py", f"VALUES = {expressions}\n{HEAD}")
        scheduler = home.scheduler()
        home.until_all_ended(180)
        must(scheduler.poll() is None, "the scheduler ended")
        states = home.states("giants")
        ends: dict[str, str] = {}
        refused = []
        for name, (_, is_needed) in VALUES.items():
            if states[f"push_{name}"] == "failed" and not is_needed:
                refused.append(name)
                reason = str(home.instance("giants", f"push_{name}", "reason"))
                must(
                    reason and not reason.startswith("Traceback"),
                    f"{name} is refused without a sentence: {reason!r}",
                )
                ends |= {f"push_{name}": "failed", f"pull_{name}": "upstream_failed"}
            must(states[f"pull_{name}"] in {"success", "upstream_failed"}, _story(home, name))
        _look_at_all(home, world)
        # A refusal comes after the work was done: the ledger knows an end, and that is no success.
        violations = home.check(ends=ends)
        holds([each for each in violations if not _is_refusal(each.what, refused)])
        world.tell(values=len(VALUES), refused=",".join(refused))


def _look_at_all(home: TortureHome, world: World) -> None:
    """Lists of XComs do not read the values: the web server stays as it is."""
    web = Web(home)
    web.start()
    (worker,) = home.processes(WORKER)
    path = "/api/v2/dags/giants/dagRuns/~/taskInstances/~/xcomEntries"
    before, begun = psutil.Process(worker).memory_info().rss, time.monotonic()
    for _ in range(20):
        status, body = web.ask(path)
        must(status == HTTPStatus.OK, f"the list of XComs is refused: {body}")
    took = (time.monotonic() - begun) / 20
    grown = (psutil.Process(worker).memory_info().rss - before) >> 20
    must(grown < GROWN, f"the web server grew by {grown} MiB")
    world.tell(web_grew_mib=grown, list_ms=round(1000 * took))


def _story(home: TortureHome, name: str) -> str:
    return f"{name} did not come back as it was: {home.log('giants', f'pull_{name}')[-500:]}"


def _is_refusal(what: str, refused: list[str]) -> bool:
    return any(f"push_{name} " in what and "is failed" in what for name in refused)
