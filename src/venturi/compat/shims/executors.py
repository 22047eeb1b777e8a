"""`airflow.executors`: the names of executors, as DAG files hand them to sub-DAGs.

An installation chooses its executor by `[core] executor`; an executor given in a DAG file says
nothing that the engine has to know.
"""

from typing import Any


class BaseExecutor:
    """Stands for an executor; takes and keeps whatever it is given."""

    def __init__(self, parallelism: int = 32, *_: Any, **options: Any) -> None:
        self.parallelism, self.options = parallelism, options


class SequentialExecutor(BaseExecutor):
    """One task at a time."""


class LocalExecutor(BaseExecutor):
    """Several tasks at a time on this machine."""


class CeleryExecutor(BaseExecutor):
    """Tasks on machines behind a message broker."""


class DebugExecutor(BaseExecutor):
    """Tasks in this process; use `dag.test()`."""


def get_default_executor() -> BaseExecutor:
    """The executor of the installation."""
    return BaseExecutor()
