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
        _Present.value = (_Present.supplier or _configured)()
    return _Present.value


def set_defaults(value: Defaults | None, supplier: Callable[[], Defaults] | None = None) -> None:
    """Use `value` from now on, or ask `supplier` when something is needed first."""
    _Present.value, _Present.supplier = value, supplier


def _configured() -> Defaults:
    """What `airflow.cfg` and the environment say."""
    from venturi.config import get_config

    conf = get_config()

    def seconds(key: str) -> float | None:
        text = conf.get("core", key, fallback=None)
        return float(text) if text not in {None, ""} else None

    def said(key: str) -> bool | None:
        return conf.getboolean("scheduler", key) if conf.is_set("scheduler", key) else None

    built_in = Defaults()
    return Defaults(
        timezone=conf.get("core", "default_timezone", fallback="") or "UTC",
        owner=conf.get("operators", "default_owner", fallback="") or built_in.owner,
        queue=conf.get("operators", "default_queue", fallback="") or built_in.queue,
        retries=conf.getint("core", "default_task_retries", fallback=0),
        retry_delay=seconds("default_task_retry_delay") or built_in.retry_delay,
        max_retry_delay=seconds("max_task_retry_delay"),
        execution_timeout=seconds("default_task_execution_timeout"),
        weight_rule=conf.get("core", "default_task_weight_rule", fallback="")
        or built_in.weight_rule,
        email_on_failure=conf.getboolean("email", "default_email_on_failure", fallback=True),
        email_on_retry=conf.getboolean("email", "default_email_on_retry", fallback=True),
        max_active_tasks=conf.getint("core", "max_active_tasks_per_dag", fallback=16),
        max_active_runs=conf.getint("core", "max_active_runs_per_dag", fallback=16),
        max_consecutive_failed_dag_runs=conf.getint(
            "core", "max_consecutive_failed_dag_runs_per_dag", fallback=0
        ),
        catchup=said("catchup_by_default"),
        cron_intervals=said("create_cron_data_intervals"),
        delta_intervals=said("create_delta_data_intervals"),
        allow_illegal_arguments=conf.getboolean(
            "operators", "allow_illegal_arguments", fallback=False
        ),
    )
