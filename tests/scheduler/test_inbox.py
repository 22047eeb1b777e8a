"""The inbox takes words only from attempts whose instance still waits for them."""

from tests import make
from venturi.core.attempts import Result
from venturi.core.messages import Finished, Started
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.views import DagView
from venturi.scheduler.inbox import Inbox


def board_with(state: str) -> tuple[Board, int, int]:
    """A board with one instance in `state`; its id and epoch."""
    board = Board()
    graph = make.graph(make.task("a"))
    board.put_dag(DagView(dag_id="d", graph=graph))
    run = make.run(graph, a=state)
    board.put_run(run)
    return board, run.instances[0][0].id, run.instances[0][0].epoch


def finished(ti_id: int, epoch: int) -> Finished:
    return Finished(ti_id=ti_id, epoch=epoch, at=make.NOW, result=Result(state=TaskState.SUCCESS))


def test_a_repeated_beginning_of_an_ended_try_is_dropped() -> None:
    board, ti_id, epoch = board_with("up_for_retry")
    inbox = Inbox()
    inbox.put(Started(ti_id=ti_id, epoch=epoch, pid=1, hostname="h", at=make.NOW), board)
    assert not inbox


def test_a_repeated_end_is_acknowledged_and_nothing_else() -> None:
    board, ti_id, epoch = board_with("up_for_retry")
    inbox = Inbox()
    inbox.put(finished(ti_id, epoch), board)
    assert inbox.stale == [(ti_id, epoch)]
    assert inbox.reports(board) == []


def test_an_end_of_an_older_epoch_is_stale() -> None:
    board, ti_id, epoch = board_with("running")
    inbox = Inbox()
    inbox.put(finished(ti_id, epoch - 1), board)
    inbox.put(finished(ti_id, epoch), board)
    assert inbox.stale == [(ti_id, epoch - 1)]
    assert [report.epoch for report in inbox.reports(board)] == [epoch]


def test_what_becomes_stale_in_the_inbox_is_sifted_out() -> None:
    board, ti_id, epoch = board_with("running")
    inbox = Inbox()
    inbox.put(finished(ti_id, epoch), board)
    board.owner[ti_id][1].epoch += 1
    inbox.sift(board)
    assert inbox.stale == [(ti_id, epoch)]
    assert not inbox.finished


def test_what_ends_while_its_run_is_put_aside_is_taken_when_the_run_is_back() -> None:
    board, ti_id, epoch = board_with("running")
    run = board.owner[ti_id][0]
    inbox = Inbox()
    inbox.put(finished(ti_id, epoch), board)
    board.park_run(run.id)
    inbox.sift(board)
    assert (inbox.stale, inbox.finished, bool(inbox)) == ([], {}, False), "not acknowledged"
    inbox.put(finished(ti_id, epoch - 1), board)
    assert inbox.stale == [(ti_id, epoch - 1)]
    inbox.clear()
    board.put_run(run)
    inbox.sift(board)
    assert [report.epoch for report in inbox.reports(board)] == [epoch]


def test_what_was_held_for_a_run_that_is_gone_is_acknowledged() -> None:
    board, ti_id, epoch = board_with("running")
    run = board.owner[ti_id][0]
    board.park_run(run.id)
    inbox = Inbox()
    inbox.put(finished(ti_id, epoch), board)
    assert not inbox
    board.drop_run(run.id)
    inbox.sift(board)
    assert inbox.stale == [(ti_id, epoch)]
