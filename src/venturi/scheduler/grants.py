"""Claims of workers, granted or refused: one conditional update for all that come together (R2)."""

from collections.abc import Callable

from venturi.core.messages import Start
from venturi.core.worker_messages import Refused, ToWorker
from venturi.scheduler.step import Stepper
from venturi.store.claims import ClaimRow, claim
from venturi.store.engine import Store, Tx
from venturi.store.lease import prove


class Grants:
    """Which attempts wait for a worker, which one has, and who asks."""

    def __init__(
        self,
        *,
        store: Store,
        stepper: Stepper,
        is_wanted: Callable[[int, int], bool],
        tell: Callable[[str, ToWorker], None],
    ) -> None:
        self.store, self.stepper = store, stepper
        self.is_wanted, self.tell = is_wanted, tell
        self.orders: dict[int, Start] = {}
        self.claims: dict[int, ClaimRow] = {}
        self._asking: list[ClaimRow] = []

    def consider(self, row: ClaimRow) -> None:
        """Take a claim, or refuse it where that needs no question to the database."""
        held = self.claims.get(row.ti_id)
        order = self.orders.get(row.ti_id)
        if not self.is_wanted(row.ti_id, row.epoch):
            self._refuse(row, "nobody waits for this attempt any more")
        elif held is not None and held.worker != row.worker:
            self._refuse(row, f"worker {held.worker} has it")
        elif order is None or order.attempt.epoch != row.epoch:
            self._refuse(row, "it has begun already")
        elif held is not None:
            self.tell(row.worker, order)  # an echo of what was granted
        else:
            self._asking.append(row)

    def decide(self) -> None:
        """Decide on all claims that have come together, in one transaction.

        While the database refuses, they wait: the next words of the gateway try again, and a worker
        that hears nothing asks again.
        """
        if not self._asking:
            return
        asking = self._asking
        first = {row.ti_id: row for row in reversed(asking)}
        lease, seconds = self.stepper.lease, self.stepper.lease_seconds

        def write(tx: Tx) -> list[ClaimRow]:
            prove(tx, lease, seconds)
            return claim(tx, list(first.values()))

        granted = set(self.store.retrying(write))
        self._asking = []
        for row in asking:
            if row in granted:
                self.claims[row.ti_id] = row
                self.tell(row.worker, self.orders[row.ti_id])
            else:
                self._refuse(row, "somebody else was faster")

    def _refuse(self, row: ClaimRow, reason: str) -> None:
        self.tell(row.worker, Refused(ti_id=row.ti_id, epoch=row.epoch, reason=reason))
