"""What an import looked at: whether a file is kept, or read anew for each attempt."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from venturi.runner.watch import fingerprint

#: Loads a file as a host does, in a process of its own, with somebody who answers.
PROGRAM = """
import json, sys
from venturi.core.messages import FileRef, Load
from venturi.runner.preload import preload
from venturi.runner import loading
from venturi.sdk.comms import set_comms
import airflow

class Engine:
    def ask(self, request):
        loading.ACTIVE.note(f"the engine ({type(request).__name__})")
        return "42"
    def mask(self, secret):
        pass

preload()
set_comms(Engine())
root, path = sys.argv[1:]
loaded, dags = loading.load_file(
    Load(file=FileRef(path=path, key="k", root=root), timeout=20, memory=0), ""
)
print(json.dumps({
    "open": loaded.open_because,
    "error": loaded.error,
    "depends": dict(loaded.depends),
    "dags": sorted(dags),
}))
"""

TOP = """
from datetime import datetime
from airflow import DAG
from airflow.operators.python import PythonOperator
"""
END = """
with DAG('d', start_date=datetime(2020, 1, 1), schedule=None):
    PythonOperator(task_id='t', python_callable=print)
"""


def load(folder: Path, code: str, name: str = "d.py") -> dict[str, Any]:
    """What an import of a file with this code says."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TOP + dedent(code) + END)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert found["error"] is None, found["error"]
    assert found["dags"] == ["d"]
    return found


OPEN = {
    "datetime.now": ("x = datetime.now()", "the clock"),
    "date.today": ("from datetime import date\nx = date.today()", "the clock"),
    "datetime.today": ("x = datetime.today()", "the clock"),
    "utcnow": ("import warnings\nx = datetime.utcnow()", "the clock"),
    "time": ("import time\nx = time.time()", "the clock"),
    "from time": ("from time import time as t\nx = t()", "the clock"),
    "strftime": ("import time\nx = time.strftime('%Y')", "the clock"),
    "function": ("def when():\n    return datetime.now()\nx = when()", "the clock"),
    "class body": ("class A:\n    at = datetime.now()", "the clock"),
    "comprehension": ("x = [datetime.now() for _ in range(2)]", "the clock"),
    "days_ago": ("from airflow.utils.dates import days_ago\nx = days_ago(2)", "the clock"),
    "pendulum": ("import pendulum\nx = pendulum.now()", "the clock"),
    "pendulum today": ("import pendulum\nx = pendulum.today('UTC')", "the clock"),
    "timezone": ("from airflow.utils import timezone\nx = timezone.utcnow()", "the clock"),
    "environ": ("import os\nx = os.environ['PATH']", "the environment"),
    "environ.get": ("import os\nx = os.environ.get('X', '')", "the environment"),
    "getenv": ("from os import getenv\nx = getenv('X')", "the environment"),
    "in environ": ("import os\nx = 'X' in os.environ", "the environment"),
    "environ copy": ("import os\nx = dict(os.environ)", "the environment"),
    "expandvars": ("import os\nx = os.path.expandvars('$HOME/x')", "the environment"),
    "variable": ("from airflow.models import Variable\nx = Variable.get('x')", "GetVariable"),
    "variable in function": (
        "from airflow.models import Variable\ndef f(): return Variable.get('x')\nx = f()",
        "GetVariable",
    ),
    "socket": (
        """
        import socket
        s = socket.socket()
        try: s.connect(('127.0.0.1', 9))
        except OSError: pass
        s.close()
        """,
        "the network",
    ),
    "urlopen": (
        """
        import urllib.request
        try: urllib.request.urlopen('http://127.0.0.1:9/')
        except OSError: pass
        """,
        "the network",
    ),
    "subprocess": ("import subprocess\nx = subprocess.check_output(['true'])", "program"),
    "os.system": ("import os\nos.system('true')", "program"),
    "popen": ("import os\nx = os.popen('true').read()", "program"),
    "sqlite": ("import sqlite3\nsqlite3.connect(':memory:').close()", "a database"),
    "uuid": ("import uuid\nx = uuid.uuid4()", "random"),
    "random": ("import random\nx = random.random()", "random"),
    "randint": ("import random\nx = f'{random.randint(0, 59)} * * * *'", "random"),
    "choice": ("from random import choice\nx = choice([1, 2, 3])", "random"),
    "secrets": ("import secrets\nx = secrets.token_hex()", "random"),
    "listdir": ("import os\nx = os.listdir('.')", "a folder"),
    "glob": ("import glob\nx = glob.glob('*.yaml')", "a folder"),
    "pathlib": ("import pathlib\nx = sorted(pathlib.Path('.').iterdir())", "a folder"),
    "walk": ("import os\nx = list(os.walk('.'))", "a folder"),
    "hostname": ("import socket\nx = socket.gethostname()", "the host name"),
}


@pytest.mark.parametrize("name", OPEN)
def test_a_file_that_asks_what_changes_by_itself_is_open(tmp_path: Path, name: str) -> None:
    code, why = OPEN[name]
    assert why in load(tmp_path, code)["open"]


CLOSED = {
    "nothing": "",
    "in a function": "import time\ndef work():\n    return datetime.now(), time.time()",
    "in a lambda": "work = lambda: datetime.now()",
    "as a default argument's name": "import time\ndef work(clock=time.time):\n    return clock()",
    "a fixed date": "x = datetime(2020, 1, 1) - datetime(2019, 1, 1)",
    "parsing a date": "x = datetime.strptime('2020-01-01', '%Y-%m-%d')",
    "formatting a date": "x = datetime(2020, 1, 1).strftime('%Y')",
    "a library that asks": "import concurrent.futures, tempfile, http.client, asyncio, email.utils",
    "a large library": "import yaml, pydantic, sqlalchemy",
    "a variable in a template": "x = '{{ var.value.x }}'",
    "logging": "import logging\nlogging.getLogger(__name__).info('read')",
    "a path": "import os\nx = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'x')",
    "a random number generator of its own": "import random\nx = random.Random(7).random()",
    "uuid of a name": "import uuid\nx = uuid.uuid5(uuid.NAMESPACE_DNS, 'x')",
    "hashing": "import hashlib\nx = hashlib.sha256(b'x').hexdigest()",
    "dynamic tasks": "x = [PythonOperator for _ in range(100)]",
}


@pytest.mark.parametrize("name", CLOSED)
def test_a_file_that_follows_from_itself_is_closed(tmp_path: Path, name: str) -> None:
    assert load(tmp_path, CLOSED[name])["open"] == ""


def test_a_helper_that_asks_makes_the_file_open(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import time\nSTAMP = time.time()\n")
    assert load(tmp_path, "from helper import STAMP")["open"] == "the clock"


def test_a_function_of_a_helper_asks_for_who_calls_it(tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text("import time\ndef stamp(): return time.time()\n")
    assert load(tmp_path, "import helper")["open"] == ""
    assert load(tmp_path, "import helper\nx = helper.stamp()")["open"] == "the clock"


def test_helpers_packages_and_data_are_what_it_depends_on(tmp_path: Path) -> None:
    (tmp_path / "team/tools").mkdir(parents=True)
    (tmp_path / "team/__init__.py").write_text("")
    (tmp_path / "team/tools/__init__.py").write_text("from . import deep")
    (tmp_path / "team/tools/deep.py").write_text("X = 1")
    (tmp_path / "conf.yaml").write_text("a: 1")
    (tmp_path / "more.json").write_text("{}")
    found = load(
        tmp_path,
        """
        import json, pathlib, yaml
        from team.tools.deep import X
        here = pathlib.Path(__file__).parent
        yaml.safe_load((here / "conf.yaml").open())
        json.loads((here / "more.json").read_text())
        """,
    )
    assert found["open"] == ""
    names = {str(Path(path).relative_to(tmp_path)) for path in found["depends"]}
    assert names == {
        "d.py",
        "team/__init__.py",
        "team/tools/__init__.py",
        "team/tools/deep.py",
        "conf.yaml",
        "more.json",
    }
    for path, stamp in found["depends"].items():
        assert stamp == fingerprint(path) != ""


def test_data_outside_of_the_folder_is_what_it_depends_on_too(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere/conf.json"
    elsewhere.parent.mkdir()
    elsewhere.write_text("{}")
    found = load(tmp_path / "dags", f"import json\njson.load(open({str(elsewhere)!r}))")
    assert str(elsewhere) in found["depends"]


def test_a_file_that_is_written_is_no_dependency(tmp_path: Path) -> None:
    found = load(tmp_path, f"open({str(tmp_path / 'out')!r}, 'w').write('x')")
    assert str(tmp_path / "out") not in found["depends"]


def test_what_a_failed_import_has_read_is_known(tmp_path: Path) -> None:
    """So that mending a helper has the file read again."""
    (tmp_path / "good.py").write_text("X = 1\n")
    (tmp_path / "helper.py").write_text("import good\nraise RuntimeError('broken')\n")
    path = tmp_path / "d.py"
    path.write_text("import helper\n")
    for _ in range(2):  # the second time from the bytecode
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        assert "broken" in found["error"]
        assert {str(path), str(tmp_path / "helper.py")} <= set(found["depends"])


def test_the_fingerprint_changes_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert fingerprint(str(path)) == ""
    path.write_text("1")
    first = fingerprint(str(path))
    assert fingerprint(str(path)) == first
    path.write_text("22")
    assert fingerprint(str(path)) != first
    other = tmp_path / "y"
    other.write_text("22")
    other.replace(path)
    assert fingerprint(str(path)) != first
