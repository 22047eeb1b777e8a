"""What a task process must not carry."""

import json
import subprocess
import sys

import pytest

_PROBE = """
import importlib, json, pkgutil, sys
room = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(room.__path__, room.__name__ + "."):
    if not module.name.endswith(".__main__"):  # a program, not a module to import
        importlib.import_module(module.name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
print(json.dumps(sorted(name for name in sys.modules if name.startswith("venturi."))))
"""
_HEAVY = {"sqlalchemy", "alembic", "fastapi", "starlette", "pydantic", "uvicorn", "celery", "redis"}


@pytest.mark.parametrize("room", ["venturi.sdk", "venturi.batteries", "venturi.runner"])
def test_user_code_rooms_import_no_database_and_no_web_server(room: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, room], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    packages, ours = map(json.loads, done.stdout.splitlines()[-2:])
    assert _HEAVY.intersection(packages) == set()
    assert [name for name in ours if name.startswith("venturi.store")] == []


@pytest.mark.parametrize("room", ["venturi.core", "venturi.spec", "venturi.decide"])
def test_pure_rooms_import_msgspec_and_nothing_else(room: str) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-c", _PROBE, room], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    packages = json.loads(done.stdout.splitlines()[-2])
    # croniter is spec.cron's and brings python-dateutil; msgspec looks for typing_extensions.
    allowed = {"venturi", "msgspec", "typing_extensions", "croniter", "dateutil", "six", "tzdata"}
    others = set(packages) - allowed - set(sys.stdlib_module_names) - _site_hooks()
    assert {name for name in others if not name.startswith("_sysconfigdata")} == set()


def _site_hooks() -> set[str]:
    """What this environment imports before any program starts (.pth files)."""
    bare = "import json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", bare], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout))
