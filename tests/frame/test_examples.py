"""The example DAG files: each imports as a plain program, silently, and touches nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.instance import clean_environment

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples" / "dags").glob("*.py"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_imports_silently_and_leaves_no_trace(path: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    done = subprocess.run(
        [sys.executable, path],
        env=clean_environment(home, {}),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (home / "airflow.db").exists()
