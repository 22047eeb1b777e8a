"""What the engine's database says, read once, on any kind of database."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import select

from venturi.decide.views import PoolView
from venturi.spec.model import DagSpec, Era
from venturi.store.engine import Store
from venturi.store.pools import load_pools
from venturi.store.schema.runs import dag_run, task_instance, task_instance_history
from venturi.store.versions import Versions


class RunRow(NamedTuple):
    """A run, and the DAG it is bound to."""

    dag: str
    run: str
    state: str | None
    spec: DagSpec


class InstanceRow(NamedTuple):
    """A task instance as it stands."""

    ti: int
    dag: str
    run: str
    task: str
    map_index: int
    state: str | None
    try_number: int
    pool: str
    slots: int
    reason: str | None = None

    @property
    def name(self) -> str:
        """For people."""
        index = f"[{self.map_index}]" if self.map_index >= 0 else ""
        return f"{self.dag}.{self.task}{index} of {self.run}"


class AttemptRow(NamedTuple):
    """An attempt that has ended, as the history has it."""

    ti: int
    try_number: int
    state: str | None
    reason: str
    pid: int | None


class Record(NamedTuple):
    """The database at one moment."""

    runs: list[RunRow]
    instances: dict[int, InstanceRow]
    attempts: Mapping[int, list[AttemptRow]]
    pools: Mapping[str, PoolView]
    #: `[core] parallelism`
    parallelism: int

    @classmethod
    def read(cls, store: Store, parallelism: int) -> "Record":
        """Everything that the checker joins with the ledger."""
        versions = Versions()
        with store.read() as tx:
            runs = [
                RunRow(
                    row.dag_id,
                    row.run_id,
                    row.state,
                    versions.get(tx, row.version_id).graph.spec,
                )
                for row in tx.execute(select(dag_run).order_by(dag_run.c.id)).all()
            ]
            table = task_instance
            columns = (
                table.c.id,
                table.c.dag_id,
                table.c.run_id,
                table.c.task_id,
                table.c.map_index,
                table.c.state,
                table.c.try_number,
                table.c.pool,
                table.c.pool_slots,
                table.c.reason,
            )
            instances = {row.id: InstanceRow(*list(row)) for row in tx.execute(select(*columns))}
            attempts = defaultdict(list)
            history = task_instance_history
            for row in tx.execute(select(history).order_by(history.c.id)):
                attempts[row.task_instance_id].append(
                    AttemptRow(
                        row.task_instance_id, row.try_number, row.state, row.reason or "", row.pid
                    )
                )
            return cls(runs, instances, attempts, load_pools(tx), parallelism)

    def limit_key(self, dag: str, run: str, spec: DagSpec) -> str:
        """What shares `max_active_tasks`: a run of the present era, or all runs of older ones."""
        return f"run {run} of DAG {dag}" if spec.era is Era.V3 else f"DAG {dag}"
