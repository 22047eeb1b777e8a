"""`BaseAsyncOperator`: an operator whose work is a coroutine."""

import asyncio
from typing import Any

from venturi.sdk.operator import BaseOperator


class BaseAsyncOperator(BaseOperator):
    """Define `aexecute`; it runs in an event loop of the task's own."""

    @property
    def is_async(self) -> bool:
        """True: the work is a coroutine."""
        return True

    async def aexecute(self, context: Any) -> Any:
        """The work of the task."""
        raise NotImplementedError(f"{type(self).__name__} has to define aexecute().")

    def execute(self, context: Any) -> Any:
        """Run `aexecute` to its end."""
        return asyncio.run(self.aexecute(context))
