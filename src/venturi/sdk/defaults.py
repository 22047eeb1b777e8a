"""What an installation's `airflow.cfg` says about arguments that a DAG file leaves out."""

from collections.abc import Callable
from typing import NamedTuple


class Defaults(NamedTuple):
    """Defaults of DAG and operator arguments. Durations are seconds; None leaves it to the era."""

    timezone: str = "UTC"
    owner: str = "airflow"
    queue: str = "default"
    pool: str = "default_pool"
    retries: int = 0
    retry_delay: float = 300.0
    max_retry_delay: float | None = None
    execution_timeout: float | None = None
    weight_rule: str = "downstream"
    email_on_failure: bool = True
    email_on_retry: bool = True
    max_active_tasks: int = 16
    max_active_runs: int = 16
    max_consecutive_failed_dag_runs: int = 0
    catchup: bool | None = None
    cron_intervals: bool | None = None
    delta_intervals: bool | None = None
    allow_illegal_arguments: bool = False
    default_view: str = "grid"
    orientation: str = "LR"


class _Present:
    """The defaults of this process; a supplier is asked once, when something is needed."""

    value: Defaults | None = None
    supplier: Callable[[], Defaults] | None = None


def defaults() -> Defaults:
    """The defaults that count in this process."""
    if _Present.value is None:
        _Present.value = _Present.supplier() if _Present.supplier else Defaults()
    return _Present.value


def set_defaults(value: Defaults | None, supplier: Callable[[], Defaults] | None = None) -> None:
    """Use `value` from now on, or ask `supplier` when something is needed first."""
    _Present.value, _Present.supplier = value, supplier
