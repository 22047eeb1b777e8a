"""The page of all options, and what reading the configuration may cost."""

import subprocess
import sys
from pathlib import Path

from venturi.config.docs import configuration_page, main

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"


def test_the_page_of_all_options_is_up_to_date() -> None:
    assert PAGE.read_text() == configuration_page(), (
        "run: python -m venturi.config.docs docs/configuration.md"
    )


def test_the_page_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert main([str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text() == configuration_page()


def test_reading_the_configuration_imports_nothing_heavy(tmp_path: Path) -> None:
    program = (
        "import sys; from venturi.config import get_config\n"
        "conf = get_config(); conf.notices; conf.get('core', 'dags_folder')\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {
        "msgspec",
        "sqlalchemy",
        "cryptography",
        "pydantic",
        "configparser",
        "subprocess",
        "difflib",
        "json",
        "airflow",
    }
    assert not heavy & set(done.stdout.split())
