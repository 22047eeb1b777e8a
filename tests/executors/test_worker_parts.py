"""Parts of a worker and of the gateway, by themselves."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from venturi.core.attempts import AttemptInfo, FileRef, RunInfo
from venturi.core.messages import Start
from venturi.core.worker_messages import Bundle, LogPiece, WantBundle
from venturi.executors.celery.beginnings import OLD, SURPLUS, Beginnings
from venturi.executors.celery.logbook import Logbook, is_inside
from venturi.executors.celery.shipping import PIECE, Shipping
from venturi.executors.celery.sources import YOUNG, Sources


class FakeClock:
    """Stands still until it is advanced."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> datetime:
        return datetime(2026, 11, 28, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def advance(self, seconds: float) -> None:
        self.seconds += seconds


def piece(offset: int, data: bytes, epoch: int = 1, path: str = "dag_id=d/a.log") -> LogPiece:
    return LogPiece(ti_id=7, epoch=epoch, path=path, offset=offset, data=data)


def test_pieces_of_a_log_go_where_they_belong_however_often_they_come(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "logs", tmp_path / "memory", FakeClock())
    for _ in range(2):
        book.write(piece(6, b"there\n"))
        book.write(piece(0, b"hello\n"))
    again = Logbook(
        tmp_path / "logs", tmp_path / "memory", FakeClock()
    )  # the gateway was started again
    again.write(piece(0, b"hello\n"))
    assert (tmp_path / "logs/dag_id=d/a.log").read_bytes() == b"hello\nthere\n"


def test_a_later_attempt_of_the_same_try_goes_on_below(tmp_path: Path) -> None:
    book = Logbook(tmp_path / "logs", tmp_path / "memory", FakeClock())
    book.write(piece(0, b"first\n"))
    book.forget((7, 1))
    book.write(piece(0, b"second\n", epoch=2))
    book.write(piece(7, b"more\n", epoch=2))
    assert (tmp_path / "logs/dag_id=d/a.log").read_text() == "first\nsecond\nmore\n"
    book.forget((7, 2))
    assert len(book.beginnings) == 0


def test_beginnings_outlive_their_process(tmp_path: Path) -> None:
    file = tmp_path / "run/remote-logs.at"
    kept = Beginnings(file, 0)
    kept.put((1, 1), 0, 10)
    kept.put((2, 1), 50, 10)
    kept.forget((1, 1))
    with file.open("ab") as torn:
        torn.write(b"half an entry")
    later = Beginnings(file, 20)
    assert (len(later), later.get((2, 1)), later.get((1, 1))) == (1, 50, None)
    later.put((3, 2), 7, 30)
    again = Beginnings(file, 40)
    assert (again.get((2, 1)), again.get((3, 2))) == (50, 7)
    assert len(Beginnings(file, 10 + OLD)) == 1  # the older one is forgotten


def test_beginnings_that_were_forgotten_leave_the_file(tmp_path: Path) -> None:
    kept = Beginnings(tmp_path / "at", 0)
    for number in range(SURPLUS):
        kept.put((number, 1), 1, 10)
        kept.forget((number, 1))
    assert len(kept) == 0
    assert (tmp_path / "at").stat().st_size < 64 * SURPLUS


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "", "a\0b"])
def test_no_message_writes_outside_of_its_folder(path: str, tmp_path: Path) -> None:
    assert not is_inside(path)
    Logbook(tmp_path / "logs", tmp_path / "at", FakeClock()).write(piece(0, b"x", path=path))
    assert not list(tmp_path.rglob("x")) and not (tmp_path / "logs").exists()


@pytest.mark.parametrize(
    "path",
    ["dag_id=d/a.log", "dag_id=!50%/a b.log", f"dag_id={'d' * 200}!/run_id={'r' * 200}/a.log"],
)
def test_a_log_is_sent_as_far_as_there_is_room_and_again_after_a_break(
    path: str, tmp_path: Path
) -> None:
    said: list[LogPiece] = []
    ship = Shipping(tmp_path, said.append)
    place = Shipping.place((7, 1), path)
    (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / place).write_bytes(b"x" * (2 * PIECE + 5))
    ship.grown(place)
    ship.flush(lambda: len(said) < 2)
    assert [each.offset for each in said] == [0, PIECE]
    ship.flush(lambda: True)
    assert (said[-1].offset, len(said[-1].data)) == (2 * PIECE, 5)
    assert ship.is_clear
    ship.begin_again()
    ship.flush(lambda: True)
    assert [each.offset for each in said[3:]] == [0, PIECE, 2 * PIECE]
    assert {(each.ti_id, each.epoch, each.path) for each in said} == {(7, 1, path)}
    ship.forget((7, 1))
    assert list(tmp_path.iterdir()) == []


def order(key: str = "k1") -> Start:
    run = RunInfo(dag_id="d", run_id="r", run_type="manual", run_after=FakeClock().now())
    return Start(
        file=FileRef(path="/there/dags/sub/d.py", key=key, root="/there/dags"),
        attempt=AttemptInfo(ti_id=7, try_number=1, epoch=1, run=run, task_id="t"),
    )


def test_source_is_fetched_once_and_compared_when_it_is_no_longer_young(tmp_path: Path) -> None:
    clock = FakeClock()
    wanted: list[WantBundle] = []
    taken: list[Start] = []
    sources = Sources(tmp_path, clock, wanted.append)

    def take(order: Start, reason: str) -> None:
        assert not reason
        taken.append(order)

    sources.fetch(order(), take)
    sources.fetch(order(), take)
    assert len(wanted) == 1 and wanted[0].have == ""
    files = (("sub/d.py", b"code"), ("sub/q.sql", b"select 1"))
    sources.take(Bundle(file=order().file, digest="d1", files=files))
    assert len(taken) == 2
    here = Path(taken[0].file.path)
    assert here.read_text() == "code" and here.with_name("q.sql").read_text() == "select 1"
    assert here.is_relative_to(taken[0].file.root)
    sources.fetch(order(), take)
    assert len(wanted) == 1 and len(taken) == 3
    clock.advance(YOUNG + 1)
    sources.fetch(order(), take)
    assert wanted[-1].have == "d1"
    sources.take(Bundle(file=order().file, digest="d1"))
    assert taken[-1].file == taken[0].file
    clock.advance(YOUNG + 1)
    sources.fetch(order(), take)
    sources.take(Bundle(file=order().file, digest="d2", files=(("sub/d.py", b"code"),)))
    assert taken[-1].file.key != taken[0].file.key


def test_source_that_cannot_be_had_or_leaves_its_folder_is_refused(tmp_path: Path) -> None:
    reasons: list[str] = []
    sources = Sources(tmp_path / "s", FakeClock(), lambda _: None)
    for bundle in (
        Bundle(file=order().file, error="it is gone"),
        Bundle(file=order().file, digest="d", files=(("../evil.py", b""),)),
    ):
        sources.fetch(order(), lambda _, reason: reasons.append(reason))
        sources.take(bundle)
    assert reasons[0] == "it is gone" and "leaves its folder" in reasons[1]
    assert not list(tmp_path.rglob("evil.py"))
