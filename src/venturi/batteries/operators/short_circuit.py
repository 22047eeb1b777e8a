"""Go on only if a function says so."""

from collections.abc import Mapping
from typing import Any

from venturi.batteries.operators.python import PythonOperator
from venturi.sdk.skip import SkipMixin


class ShortCircuitOperator(SkipMixin, PythonOperator):
    """Calls a function; if what it returns is false, what follows is skipped.

    ignore_downstream_trigger_rules   True (default): everything downstream is skipped. False: only
                                      the direct successors are, and those further down decide by
                                      their own trigger rules.
    """

    ui_color = "#fbe3c0"
    inherits_from_skipmixin = True

    def __init__(self, *, ignore_downstream_trigger_rules: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignore_downstream_trigger_rules = ignore_downstream_trigger_rules

    def execute(self, context: Mapping[str, Any]) -> Any:
        condition = super().execute(context)
        if condition:
            self.log.info("The condition is %r: going on.", condition)
            return condition
        whole = self.ignore_downstream_trigger_rules
        relatives = self.get_flat_relatives() if whole else self.get_direct_relatives()
        # A teardown cleans up after its setup, whatever was skipped in between.
        followers = [task for task in relatives if not task.is_teardown]
        if not followers:
            self.log.info("The condition is %r, but nothing follows this task.", condition)
            return condition
        self.log.info("The condition is %r: skipping %d task(s).", condition, len(followers))
        self.skip(context["ti"], followers)
        return condition
