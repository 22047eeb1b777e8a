"""Executors by the names that `[core] executor` knows."""

from collections.abc import Mapping
from typing import NamedTuple

from venturi.core.errors import InvalidInput


class ExecutorKind(NamedTuple):
    """An executor: how many attempts it takes at once (None: `[core] parallelism`).

    `is_remote`: on workers behind a broker.
    """

    name: str
    capacity: int | None
    is_remote: bool = False


KINDS: Mapping[str, ExecutorKind] = {
    "CeleryExecutor": ExecutorKind("CeleryExecutor", None, is_remote=True),
    "LocalExecutor": ExecutorKind("LocalExecutor", None),
    "SequentialExecutor": ExecutorKind("SequentialExecutor", 1),
}
#: Known to Airflow's users and not here yet, with the way out.
LATER = {
    "KubernetesExecutor": "is not part of Venturi; use LocalExecutor",
    "DaskExecutor": "was removed from Airflow; use LocalExecutor",
    "DebugExecutor": "was removed from Airflow; use `airflow dags test`",
}


def executor_kinds(names: str) -> dict[str, ExecutorKind]:
    """The executors that `[core] executor` names, by every name that a task may call them.

    The first is the one of tasks that name none. Raises `InvalidInput` with the way out.
    """
    found: dict[str, ExecutorKind] = {}
    for part in names.split(","):
        # Airflow's forms: a class name, a dotted path, and either behind an alias of its own.
        written = part.strip().rpartition(";")[2]
        alias, _, path = written.rpartition(":")
        kind = executor_kind(path)
        for name in (kind.name, path.strip(), alias.strip()):
            if name:
                found.setdefault(name, kind)
    return found


def remote_names(kinds: Mapping[str, ExecutorKind]) -> frozenset[str]:
    """The names of executors whose tasks go to workers; "" too when that is the first one's way."""
    names = {name for name, kind in kinds.items() if kind.is_remote}
    return frozenset(names | {""} if next(iter(kinds.values())).is_remote else names)


def executor_kind(name: str) -> ExecutorKind:
    """The executor that `[core] executor` names first. Raises `InvalidInput` with the way out."""
    short = name.split(",", 1)[0].strip().rpartition(":")[2].rpartition(".")[2]
    if short in KINDS:
        return KINDS[short]
    if short in LATER:
        raise InvalidInput(f"[core] executor: {short} {LATER[short]}.")
    raise InvalidInput(f"[core] executor = {name} is not known; choose one of: {', '.join(KINDS)}.")
