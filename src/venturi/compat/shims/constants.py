"""Enumerations and markers that Airflow's users and providers import."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from venturi.core.states import RunType

DEFAULT_OWNER: Final = "airflow"
DEFAULT_QUEUE: Final = "default"
DEFAULT_POOL_SLOTS: Final = 1
DEFAULT_PRIORITY_WEIGHT: Final = 1
DEFAULT_RETRIES: Final = 0
DEFAULT_RETRY_DELAY: Final = timedelta(seconds=300)
DEFAULT_TASK_EXECUTION_TIMEOUT: Final = None
XCOM_RETURN_KEY: Final = "return_value"
DB_SAFE_MINIMUM: Final = -2147483648
DB_SAFE_MAXIMUM: Final = 2147483647
IS_WINDOWS: Final = False

TaskStateChangeCallback = Callable[[Mapping[str, Any]], None]


class DagRunType(StrEnum):
    """What made a run, with the names of every line of Airflow."""

    BACKFILL_JOB = "backfill"
    SCHEDULED = "scheduled"
    MANUAL = "manual"
    OPERATOR_TRIGGERED = "operator_triggered"
    ASSET_TRIGGERED = "asset_triggered"
    ASSET_MATERIALIZATION = "asset_materialization"
    DATASET_TRIGGERED = "asset_triggered"

    @staticmethod
    def from_run_id(run_id: str) -> "DagRunType":
        """What a run id says about what made the run; manual when it says nothing."""
        prefix = run_id.partition("__")[0]
        return DagRunType(prefix) if prefix in {each.value for each in RunType} else _MANUAL


_MANUAL = DagRunType.MANUAL


class DagRunTriggeredByType(StrEnum):
    """Who asked for a run."""

    CLI = "cli"
    OPERATOR = "operator"
    REST_API = "rest_api"
    UI = "ui"
    TEST = "test"
    TIMETABLE = "timetable"
    ASSET = "asset"
    BACKFILL = "backfill"


class ArgNotSet:
    """The type of `NOTSET`: the argument has not been given, which None would not say."""

    def __repr__(self) -> str:
        return "NOTSET"


class SetDuringExecution(ArgNotSet):
    """The type of `SET_DURING_EXECUTION`: the value comes when the task runs."""

    def __repr__(self) -> str:
        return "DYNAMIC (set during execution)"


NOTSET: Final = ArgNotSet()
SET_DURING_EXECUTION: Final = SetDuringExecution()


def is_arg_set(value: Any) -> bool:
    """Whether an argument has been given."""
    return not isinstance(value, ArgNotSet)


def db_safe_priority(priority_weight: int) -> int:
    """The weight, kept within what a database integer holds."""
    return max(DB_SAFE_MINIMUM, min(DB_SAFE_MAXIMUM, priority_weight))
