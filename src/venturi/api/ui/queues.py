"""Queues and the machines that work on them, as far as their task instances tell."""

import msgspec

from venturi.api.call import Call
from venturi.executors.installed import installed
from venturi.store.queries.queues import MachineLoad, QueueLoad, machine_loads, queue_loads


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """How busy the installation is. `places`: how many tasks run at once, at most."""

    executor: str
    places: int | None
    queues: list[QueueLoad]
    machines: list[MachineLoad]


def get_queues(call: Call) -> Queues:
    """Queues with what waits and runs, and machines with what runs on them."""
    conf = call.api.conf
    default = conf.get_mandatory_value("operators", "default_queue")
    with call.read() as tx:
        return Queues(
            executor=conf.get_mandatory_value("core", "executor"),
            places=installed(conf).places,
            queues=queue_loads(tx, call.scope, default),
            machines=machine_loads(tx, call.scope, default),
        )
