"""What is remembered of the broker."""

from functools import partial

from venturi.store.engine import Store
from venturi.store.trouble import note_trouble, trouble


def test_the_last_sentence_counts_until_all_is_well(store: Store) -> None:
    def said() -> str:
        with store.read() as tx:
            return trouble(tx)

    assert said() == ""
    for text in ("it is full", "it is gone", "", ""):
        store.retrying(partial(note_trouble, text=text))
        assert said() == text
