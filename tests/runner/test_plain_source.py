"""A file is taken for closed without watching only when its source leaves no doubt."""

import pytest

from venturi.runner.plain_source import asks_nothing

PLAIN = b"""
from datetime import datetime, timedelta
from airflow import DAG
with DAG("d", start_date=datetime(2024, 1, 1), schedule=timedelta(days=1)):
    pass
"""


def test_a_file_of_known_modules_and_no_questions_is_plain() -> None:
    assert asks_nothing(PLAIN)


@pytest.mark.parametrize(
    "line",
    [
        b"start = datetime.now()",
        b"start = datetime.today()",
        b"import os; home = os.environ['HOME']",
        b"import my_helper",
        b"from . import neighbour",
        b"from airflow.utils.dates import days_ago",
        b"from airflow.models import Variable",
        b"import random",
        b"names = [p.name for p in Path('x').iterdir()]",
        b"ask = getattr(datetime, 'no' + 'w')",
        b"this is no Python",
    ],
)
def test_whatever_may_ask_is_watched(line: bytes) -> None:
    assert not asks_nothing(PLAIN + line)
