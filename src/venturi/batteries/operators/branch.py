"""Base of the operators that choose among their successors."""

from collections.abc import Iterable, Mapping
from typing import Any

from venturi.sdk.operator import BaseOperator
from venturi.sdk.skip import BranchMixIn


class BaseBranchOperator(BranchMixIn, BaseOperator):
    """Runs `choose_branch`; the direct successors it does not name are skipped."""

    ui_color = "#fbe3c0"
    inherits_from_skipmixin = True

    def choose_branch(self, context: Mapping[str, Any]) -> str | Iterable[str] | None:
        """The id(s) of the tasks or task groups to follow; None skips all. To be overridden."""
        raise NotImplementedError(f"{type(self).__name__} must define choose_branch(context).")

    def execute(self, context: Mapping[str, Any]) -> Any:
        return self.do_branch(context, self.choose_branch(context))
