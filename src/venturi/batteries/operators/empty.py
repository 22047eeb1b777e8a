"""A task that does nothing: a place where others meet."""

from collections.abc import Mapping
from typing import Any

from venturi.sdk.operator import BaseOperator


class EmptyOperator(BaseOperator):
    """Does nothing; the engine marks it done without starting a process for it."""

    ui_color = "#e6f4e4"
    inherits_from_empty_operator = True

    def execute(self, context: Mapping[str, Any]) -> None:
        """Nothing to do."""


class DummyOperator(EmptyOperator):
    """Name of `EmptyOperator` in 1.x."""
