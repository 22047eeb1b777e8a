"""Tasks that may not begin hold up nobody who may; nothing exceeds its limit at any instant."""

import pytest

from tests.torture.homes import torture_home
from tests.torture.starvation import SMALL, full_pool


@pytest.mark.timeout(240)
def test_a_full_pool_holds_up_a_free_one_by_no_step() -> None:
    with torture_home() as home:
        home.limit(SMALL.slots + 4)
        figures = full_pool(home, SMALL)
    assert figures["waiting"] > 0
