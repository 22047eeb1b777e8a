"""Operators whose work is a coroutine."""

import asyncio
from typing import Any

from venturi.sdk.operator import BaseOperator


class BaseAsyncOperator(BaseOperator):
    """A task whose subclass defines `async def aexecute(self, context)`."""

    @property
    def is_async(self) -> bool:
        """Whether its work is a coroutine."""
        return True

    async def aexecute(self, context: Any) -> Any:
        """Do the work. Subclasses define this."""
        raise NotImplementedError(f"{type(self).__name__} has to define aexecute(context).")

    def execute(self, context: Any) -> Any:
        return asyncio.run(self.aexecute(context))
