"""The listeners of this process, and telling them."""

import logging
from collections.abc import Iterable
from functools import cache
from typing import Any

import pluggy

from venturi.plugins.spec import PROJECT, SPECS

_log = logging.getLogger(__name__)


@cache
def listener_manager() -> pluggy.PluginManager:
    """The listeners of this process."""
    manager = pluggy.PluginManager(PROJECT)
    for spec in SPECS:
        manager.add_hookspecs(spec)
    return manager


def register_listeners(listeners: Iterable[Any]) -> None:
    """Let these modules or objects listen, each once; one that cannot is named in the log."""
    manager = listener_manager()
    for listener in listeners:
        if not manager.is_registered(listener):
            try:
                manager.register(listener)
            except Exception as error:
                _log.error("The listener %r cannot be used: %s", listener, error)
                if manager.is_registered(listener):
                    manager.unregister(listener)


def tell(call: str, **facts: Any) -> None:
    """Call `call` on every listener that answers it; what one raises does not stop the others."""
    hook = getattr(listener_manager().hook, call)
    for listener in hook.get_hookimpls():
        try:
            known = {name: facts[name] for name in listener.argnames}
            listener.function(*known.values())
        except Exception:
            _log.exception("The listener %s of %s failed.", call, listener.plugin_name)


def is_heard(call: str) -> bool:
    """Whether anybody listens to this call."""
    return bool(getattr(listener_manager().hook, call).get_hookimpls())


def has_listeners() -> bool:
    """Whether anybody listens in this process."""
    return bool(listener_manager().get_plugins())
