"""A lock belongs to one holder, and is free again when the holder lets go."""

import os
from pathlib import Path

from venturi.core.locks import take_lock


def test_only_one_holder_at_a_time_has_the_lock(tmp_path: Path) -> None:
    first = take_lock(tmp_path / "lock")
    assert first is not None
    assert take_lock(tmp_path / "lock") is None
    os.close(first)
    again = take_lock(tmp_path / "lock")
    assert again is not None
    os.close(again)
