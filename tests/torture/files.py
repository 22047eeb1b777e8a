"""T14, T20: DAG files that mean harm, and DAG files that will not keep still."""

import os
import time
from collections.abc import Mapping

import psutil

from tests.torture.homes import TortureHome, diamond, place_load, shape
from tests.torture.plan import World, holds, must

_HEAD = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.operators.empty import EmptyOperator
from airflow.operators.python import PythonOperator
"""
#: Files that cannot be read, each with a harm of its own. Every one must get an error of its own.
HOSTILE: Mapping[str, str] = {
    "syntax": "this is no airflow dag, nor python (",
    "exits": "import sys  # airflow dag\nsys.exit(3)",
    "exits_hard": "import os  # airflow dag\nos._exit(3)",
    "loops": "# airflow dag\nwhile True: pass",
    "blocks": "import time  # airflow dag\ntime.sleep(600)",
    "forks": "import os  # airflow dag\nfor _ in range(5): os.fork()\nraise ValueError('forked')",
    "eats": "# airflow dag\nfat = [bytearray(1 << 26) for _ in range(1 << 10)]",
    "crashes": "import ctypes  # airflow dag\nctypes.string_at(0)",
    "recurses": "# airflow dag\ndef f(): return f()\nf()",
    "kills": "import os, signal  # airflow dag\nos.kill(os.getpid(), signal.SIGKILL)",
    "raises_oddly": "# airflow dag\nclass Odd(BaseException): pass\nraise Odd('odd')",
    "missing": "import no_such_module_anywhere  # airflow dag",
    "cycle": _HEAD
    + "with DAG('cycle', start_date=datetime(2020, 1, 1), schedule=None):\n"
    + "    a, b = EmptyOperator(task_id='a'), EmptyOperator(task_id='b')\n    a >> b >> a\n",
    "twice": _HEAD
    + "with DAG('twice', start_date=datetime(2020, 1, 1), schedule=None):\n"
    + "    EmptyOperator(task_id='a'); EmptyOperator(task_id='a')\n",
    "bad_schedule": _HEAD
    + "dag = DAG('bad', start_date=datetime(2020, 1, 1), schedule='99 * * * *')\n",
    "not_a_number": _HEAD
    + "dag = DAG('nan', start_date=datetime(2020, 1, 1), schedule=timedelta(seconds=0))\n",
    "bad_id": _HEAD + "dag = DAG('no/such:id', start_date=datetime(2020, 1, 1), schedule=None)\n",
    "encoding": "# airflow dag\nname = '\\udcff'\nopen('/nonexistent/\\udcff')\n",
}
#: Seconds that an import may take here.
TIMEOUT = 4
MEMORY_MB = 512


def poison(world: World) -> None:
    """T14: good DAGs run as ever beside hostile files, and each of those says what is wrong."""
    with world.home() as home:
        home.option("core", "dagbag_import_timeout", str(TIMEOUT))
        home.option("venturi", "max_import_memory_mb", str(MEMORY_MB))
        scheduler = home.scheduler()
        place_load(home, world.random, 2)
        home.until_all_ended(60)
        before = psutil.Process(scheduler.pid).memory_info().rss
        paths = {name: home.dag(f"{name}.py", text) for name, text in HOSTILE.items()}
        place_load(home, world.random, world.pick(3, 20))
        last = f"load{sum(1 for _ in home.dags.glob('load*.py')) - 1}"
        home.until(lambda: home.run_state(last) is not None, "good DAGs go on", 90)
        home.until_all_ended(120)
        for path in paths.values():
            home.until_import_error(path, 120)
        must(scheduler.poll() is None, "the scheduler ended")
        grown = (psutil.Process(scheduler.pid).memory_info().rss - before) >> 20
        must(grown < 100, f"the scheduler grew by {grown} MiB")
        holds(home.check())
        world.tell(hostile=len(HOSTILE), grown_mib=grown)


def keep_moving(world: World) -> None:
    """T20: files are edited, touched, emptied, renamed, deleted and restored under their runs."""
    with world.home() as home:
        scheduler = home.scheduler()
        dags = world.pick(6, 20)
        retries = "retries=0"
        place_load(home, world.random, dags, task=retries)
        home.until(lambda: home.ledger.count("start") >= dags, "they run", 60)
        moves = world.pick(30, 200)
        for _ in range(moves):
            _move(home, world, world.random.randrange(dags))
            time.sleep(world.random.choice([0, 0, 0.1]))
        for number in range(dags):  # everything is restored
            _write(home, number, 0.05)
        home.until(
            lambda: home.value("SELECT count(*) FROM dag WHERE is_active") == dags,
            "all DAGs are back",
            30,
        )
        home.until(
            lambda: home.value("SELECT count(*) FROM dag_run") == dags, "each has its run", 30
        )
        home.until_all_ended(120)
        must(scheduler.poll() is None, "the scheduler ended")
        holds(home.check())
        _no_version_without_a_change(home, dags)
        world.tell(moves=moves)


def _write(home: TortureHome, number: int, seconds: float, more: str = "") -> None:
    text = shape(f"load{number}", diamond(), lambda _: seconds, task="retries=0")
    home.dag(f"load{number}.py", f"{text}\n{more}")


def _move(home: TortureHome, world: World, number: int) -> None:
    path = home.dags / f"load{number}.py"
    match world.random.choice(["touch", "comment", "empty", "rename", "delete", "swap", "edit"]):
        case "touch" if path.exists():
            os.utime(path)
        case "empty":
            path.write_text("")
        case "rename" if path.exists():
            path.rename(home.dags / f"moved{number}.py")
            (home.dags / f"moved{number}.py").unlink()
        case "delete":
            path.unlink(missing_ok=True)
        case "edit":
            _write(home, number, world.random.uniform(0.01, 0.1))
        case _:
            _write(home, number, 0.05, f"# {world.random.random()}")


_KEY = "SELECT file_key FROM dag_file WHERE path LIKE '%load0.py'"


def _until_other(home: TortureHome, read: object) -> None:
    home.until(lambda: home.value(_KEY) != read, "the file is read again", 30)


def _no_version_without_a_change(home: TortureHome, dags: int) -> None:
    """Comments, touches and a start time that is `now()` make no version of a DAG."""
    query = "SELECT count(*) FROM dag_version WHERE dag_id = 'load0'"
    before = home.value(query)
    files = home.value("SELECT count(*) FROM dag_file")
    for number in range(5):
        read = home.value(_KEY)
        _write(home, 0, 0.05, f"# once more: {number}")
        _until_other(home, read)
    must(files > 0 and home.value(query) == before, "comments made new versions")
