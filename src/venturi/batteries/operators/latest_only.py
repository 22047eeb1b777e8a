"""Go on only in the run that is the latest by the schedule."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from venturi.batteries.operators.branch import BaseBranchOperator
from venturi.core.clock import Clock, SystemClock
from venturi.core.states import RunType


class LatestOnlyOperator(BaseBranchOperator):
    """Skips its direct successors unless no later run is due yet.

    Runs started by hand or by another DAG always go on.
    """

    ui_color = "#dcebf7"
    clock: Clock = SystemClock()

    def choose_branch(self, context: Mapping[str, Any]) -> Iterable[str]:
        if self._is_latest(context):
            return sorted(self.get_direct_relative_ids(upstream=False))
        return []

    def _is_latest(self, context: Mapping[str, Any]) -> bool:
        run = context["dag_run"]
        if run.external_trigger or run.run_type in {RunType.MANUAL, RunType.OPERATOR_TRIGGERED}:
            self.log.info("This run was started on purpose: going on.")
            return True
        # Counted from the end of the interval, which is when the run was due in every era.
        due: datetime = run.data_interval_end or run.logical_date or run.run_after
        following: datetime | None = self.dag.following_schedule(due)
        now = self.clock.now()
        if following is None or now <= following:
            self.log.info("This is the latest run: the next one is due at %s.", following)
            return True
        self.log.info("A later run has been due since %s: skipping what follows.", following)
        return False
