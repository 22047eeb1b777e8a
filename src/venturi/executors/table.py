"""Executors by the names that `[core] executor` knows."""

from collections.abc import Mapping
from typing import NamedTuple

from venturi.core.errors import InvalidInput


class ExecutorKind(NamedTuple):
    """An executor: how many attempts it takes at once (None: `[core] parallelism`)."""

    name: str
    capacity: int | None


KINDS: Mapping[str, ExecutorKind] = {
    "LocalExecutor": ExecutorKind("LocalExecutor", None),
    "SequentialExecutor": ExecutorKind("SequentialExecutor", 1),
}
#: Known to Airflow's users and not here yet, with the way out.
LATER = {
    "CeleryExecutor": "comes with a later version; until then use LocalExecutor",
    "KubernetesExecutor": "is not part of Venturi; use LocalExecutor",
    "DaskExecutor": "was removed from Airflow; use LocalExecutor",
    "DebugExecutor": "was removed from Airflow; use `airflow dags test`",
}


def executor_kind(name: str) -> ExecutorKind:
    """The executor that `[core] executor` names. Raises `InvalidInput` with the way out."""
    short = name.split(",", 1)[0].strip().rpartition(".")[2]
    if short in KINDS:
        return KINDS[short]
    if short in LATER:
        raise InvalidInput(f"[core] executor: {short} {LATER[short]}.")
    raise InvalidInput(f"[core] executor = {name} is not known; choose one of: {', '.join(KINDS)}.")
