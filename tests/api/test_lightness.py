"""What starting the web server may load: each of these costs time and memory."""

import subprocess
import sys
from pathlib import Path


def test_the_application_loads_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys, venturi.api.app, venturi.api.worker\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"alembic", "cryptography", "fastapi", "jinja2", "jsonschema", "pendulum", "pydantic"}
    heavy |= {"rich", "yaml"}
    assert not heavy & set(done.stdout.split())
