"""Words arrive in order and once, whatever the broker does with the frames."""

import random

from hypothesis import given
from hypothesis import strategies as st

from venturi.executors.celery.stream import COURTESY, FRAME_BYTES, WINDOW, Part, Stream


def heard(stream: Stream, part: Part, now: float = 0.0) -> list[bytes]:
    return stream.take(part, now)


def test_words_that_are_said_together_travel_together() -> None:
    one, other = Stream(), Stream()
    for word in (b"a", b"b", b"c"):
        one.say(word)
    (part,) = one.parts(0.0)
    assert part == Part(1, 0, (b"a", b"b", b"c"))
    assert heard(other, part) == [b"a", b"b", b"c"]
    assert heard(other, part) == []  # a repetition says nothing


def test_an_acknowledgement_travels_with_words_or_after_a_while_alone() -> None:
    one, other = Stream(), Stream()
    one.say(b"a")
    (part,) = one.parts(0.0)
    assert heard(other, part) == [b"a"]
    assert list(other.parts(0.0)) == []
    assert list(other.parts(COURTESY)) == [Part(0, 1, ())]
    one.take(Part(0, 1, ()), COURTESY)
    assert one.is_clear


def test_what_is_not_acknowledged_is_sent_again_unless_the_line_is_stuck() -> None:
    one = Stream()
    one.say(b"a")
    (first,) = one.parts(0.0)
    due = one.due()
    assert due is not None and list(one.parts(due - 0.1)) == []
    assert list(one.parts(due, is_stuck=True)) == []
    later = one.due()
    assert later is not None and later > due
    assert list(one.parts(later)) == [first]


def test_what_is_on_its_way_is_sent_again_at_once_when_the_line_is_back() -> None:
    one, other = Stream(), Stream()
    one.hurry(0.0)
    assert list(one.parts(0.0)) == []  # there is nothing
    one.say(b"a")
    (first,) = one.parts(0.0)
    now = 0.0
    for _ in range(3):
        now = one.due() or 0.0
        assert list(one.parts(now, is_stuck=True)) == []  # its patience grows
    assert list(one.parts(now)) == []
    one.hurry(now)
    assert list(one.parts(now)) == [first]
    assert heard(other, first) == [b"a"]


def test_large_words_get_frames_of_their_own_and_the_window_is_bounded() -> None:
    one = Stream()
    for _ in range(WINDOW + 10):
        one.say(b"x" * FRAME_BYTES)
    assert len(list(one.parts(0.0))) == WINDOW
    assert one.is_full
    one.take(Part(0, 10, ()), 0.0)
    assert len(list(one.parts(0.0))) == 10


@given(seed=st.integers(0, 2**32), loss=st.floats(0, 0.6), count=st.integers(1, 60))
def test_nothing_gets_lost_doubled_or_out_of_order(seed: int, loss: float, count: int) -> None:
    chance = random.Random(seed)
    ends = (Stream(), Stream())
    lines: tuple[list[Part], list[Part]] = ([], [])  # what is on its way to 0 and to 1
    got: tuple[list[bytes], list[bytes]] = ([], [])
    to_say = [[f"{side}-{n}".encode() for n in range(count)] for side in (0, 1)]
    expected = [list(reversed(words)) for words in to_say]
    now = 0.0
    for turn in range(100_000):
        now += 0.05
        honest = turn > 400  # a broker that loses for ever delivers nothing
        for side, end in enumerate(ends):
            if to_say[side] and chance.random() < 0.5:
                end.say(to_say[side].pop())
            for part in end.parts(now):
                if honest or chance.random() >= loss:
                    copies = 1 if honest else chance.choice((1, 1, 2))
                    lines[1 - side].extend([part] * copies)
            if not honest:
                chance.shuffle(lines[side])
            while lines[side] and chance.random() < 0.7:
                got[side].extend(end.take(lines[side].pop(0), now))
        if all(end.is_clear for end in ends) and not any(to_say) and not any(lines):
            break
    assert got[1] == expected[0] and got[0] == expected[1]
