"""What the runner has reported and no transaction has taken yet."""

from msgspec.structs import replace

from venturi.core.attempts import Result
from venturi.core.messages import Called, Finished, Started
from venturi.core.states import TaskState
from venturi.decide.board import Board
from venturi.decide.views import Instance, Report, RunView
from venturi.store.largest import fits, too_large


class Inbox:
    """Reports by instance; what comes together is committed together (group commit)."""

    def __init__(self) -> None:
        self.started: dict[int, Started] = {}
        self.finished: dict[int, Finished] = {}
        #: ends of attempts whose runs are put aside at present
        self.held: dict[int, Finished] = {}
        #: ended attempts that nobody waits for any more: acknowledged, nothing else
        self.stale: list[tuple[int, int]] = []
        self.called: list[Called] = []
        #: bytes of the largest value that the database takes; None: any
        self.most: int | None = None

    def __bool__(self) -> bool:
        return bool(self.started or self.finished or self.stale or self.called)

    @property
    def is_urgent(self) -> bool:
        """Something has ended: others may be waiting for it. A mere beginning can wait a little."""
        return bool(self.finished or self.stale or self.called)

    @property
    def ended(self) -> int:
        """How many attempts have ended."""
        return len(self.finished)

    def put(self, message: Started | Finished | Called, board: Board) -> None:
        """Take a report, unless it is from an attempt that has been given up."""
        if isinstance(message, Called):
            self.called.append(message)
            return
        if not board.is_live(message.ti_id, message.epoch):
            if isinstance(message, Finished):
                self._put_away(message, board)
            return
        if isinstance(message, Started):
            self.started[message.ti_id] = message
        elif message.ti_id not in self.finished:
            # The first word counts: a successor of its runner may know less, and call it lost.
            self.finished[message.ti_id] = self._fitting(message)

    def _fitting(self, message: Finished) -> Finished:
        """A result that the database would not take is a failure: else it held up all others."""
        result = message.result
        if result.rendered is not None and not fits(result.rendered, self.most):
            result = replace(result, rendered=None)
        large = next((x for x in result.xcoms if not fits(x.value or "", self.most)), None)
        if large is not None:
            reason = too_large(large.key, large.value or "", self.most)
            result = Result(state=TaskState.FAILED, reason=reason, no_retry=True)
        return message if result is message.result else replace(message, result=result)

    def _put_away(self, message: Finished, board: Board) -> None:
        """An end that nobody waits for now: kept, not acknowledged, while its run is put aside."""
        if board.is_parked(message.ti_id, message.epoch):
            self.held[message.ti_id] = message
        else:
            self.stale.append((message.ti_id, message.epoch))

    def sift(self, board: Board) -> None:
        """After runs were loaded again: drop what has become stale, take up what was held."""
        for ti_id, held in list(self.held.items()):
            if not board.is_parked(ti_id, held.epoch):
                del self.held[ti_id]
                self.put(held, board)
        for ti_id, started in list(self.started.items()):
            if not board.is_live(ti_id, started.epoch):
                del self.started[ti_id]
        for ti_id, finished in list(self.finished.items()):
            if not board.is_live(ti_id, finished.epoch):
                del self.finished[ti_id]
                self._put_away(finished, board)

    def reports(self, board: Board) -> list[Report]:
        """The ended attempts as `decide` wants them."""
        return [
            Report(*board.owner[ti_id], message.epoch, message.result)
            for ti_id, message in self.finished.items()
        ]

    def beginnings(self, board: Board) -> list[tuple[RunView, Instance, Started]]:
        """The attempts that have started and not ended, with their instances."""
        return [
            (*board.owner[ti_id], message)
            for ti_id, message in self.started.items()
            if ti_id not in self.finished
        ]

    def clear(self) -> None:
        """Everything has been committed."""
        self.started.clear()
        self.finished.clear()
        self.stale.clear()
        self.called.clear()
