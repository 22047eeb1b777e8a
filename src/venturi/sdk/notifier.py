"""Notifiers: callbacks that tell somebody."""

import asyncio
import logging
from collections.abc import Collection
from typing import Any

from venturi.sdk.template import Templater


class BaseNotifier(Templater):
    """A callback that renders its `template_fields` and then calls `notify(context)`.

    Given to `on_failure_callback=` and the like, also in a list. A subclass may define
    `async_notify(context)` instead.
    """

    template_fields: Collection[str] = ()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__()
        self.notifier_kwargs = kwargs

    def notify(self, context: Any) -> None:
        """Tell somebody. Subclasses define this."""
        if type(self).async_notify is BaseNotifier.async_notify:
            raise NotImplementedError(f"{type(self).__name__} has to define notify(context).")
        asyncio.run(self.async_notify(context))

    async def async_notify(self, context: Any) -> None:
        """Tell somebody, as a coroutine."""
        raise NotImplementedError(f"{type(self).__name__} has to define async_notify(context).")

    def __call__(self, *args: Any) -> None:
        # Callbacks get the context; that of SLA misses gets five positional values.
        names = ("dag", "task_list", "blocking_task_list", "slas", "blocking_tis")
        context = args[0] if len(args) == 1 else dict(zip(names, args, strict=False))
        dag = context.get("dag") if hasattr(context, "get") else None
        self.render_template_fields(context, self.get_template_env(dag) if dag else None)
        try:
            self.notify(context)
        except Exception:
            self.log.exception("%s could not tell.", type(self).__name__)

    @property
    def log(self) -> logging.Logger:
        """The logger of this notifier."""
        kind = type(self)
        return logging.getLogger(f"airflow.task.notifiers.{kind.__module__}.{kind.__qualname__}")
