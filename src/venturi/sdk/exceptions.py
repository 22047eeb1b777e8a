"""The exceptions that DAG files raise and catch, under the names their authors know.

Everything a person can cause is a `VenturiError`, so commands print one sentence for it. The
classes that steer a task (`AirflowSkipException`, `TaskDeferred`, ...) carry what the runner needs.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from venturi.core.errors import Conflict, InvalidInput, NotFound, VenturiError


class AirflowException(VenturiError):
    """Root of the exceptions that DAG authors know."""

    status_code = 500


class AirflowBadRequest(AirflowException, InvalidInput):
    """A value given by a person cannot be used."""

    status_code = 400


class AirflowNotFoundException(AirflowException, NotFound):
    """What was named does not exist."""

    status_code = 404


class AirflowConfigException(AirflowException, InvalidInput):
    """An option of `airflow.cfg` is missing or cannot be used."""


class AirflowInternalRuntimeError(BaseException):
    """Something that user code must not be able to swallow."""


# --- exceptions as control flow of a task ------------------------------------------------------


class AirflowSkipException(AirflowException):
    """The task ends as skipped."""


class AirflowFailException(AirflowException):
    """The task ends as failed; no retry, whatever `retries` says."""


class AirflowTaskTerminated(BaseException):
    """The task is told from outside to end; not meant to be caught."""


class AirflowTaskTimeout(BaseException):
    """`execution_timeout` is over.

    Not an `Exception`, so that a task's own `except Exception` cannot swallow the end of its time.
    """


class AirflowSensorTimeout(AirflowException):
    """A sensor's `timeout` is over."""


class AirflowRescheduleException(AirflowException):
    """A sensor in reschedule mode gives its slot back until `reschedule_date`."""

    def __init__(self, reschedule_date: datetime) -> None:
        super().__init__(f"To be looked at again at {reschedule_date.isoformat()}.")
        self.reschedule_date = reschedule_date


class TaskDeferred(BaseException):
    """A task leaves its process until `trigger` fires; then `method_name` goes on.

    `timeout` is a `timedelta`, seconds or None. Not an `Exception`: user code must not swallow it.
    """

    def __init__(
        self,
        *,
        trigger: Any,
        method_name: str,
        kwargs: Mapping[str, Any] | None = None,
        timeout: timedelta | float | None = None,
    ) -> None:
        super().__init__(f"Deferred to {type(trigger).__name__}, then {method_name}.")
        self.trigger = trigger
        self.method_name = method_name
        self.kwargs = dict(kwargs) if kwargs else None
        self.timeout = timedelta(seconds=timeout) if isinstance(timeout, int | float) else timeout
        if self.timeout is not None and not isinstance(self.timeout, timedelta):
            raise InvalidInput("defer(timeout=...) takes a timedelta or a number of seconds.")


class TaskDeferralError(AirflowException):
    """A deferred task could not go on."""


class TaskDeferralTimeout(AirflowException):
    """A deferred task waited longer than its timeout."""


class DownstreamTasksSkipped(AirflowException):
    """A task ends as success and names the tasks after it that are skipped."""

    def __init__(self, *, tasks: Any) -> None:
        super().__init__(f"Skips {tasks}.")
        self.tasks = tasks


class DagRunTriggerException(AirflowException):
    """A task asks for a run of another DAG; its arguments are kept as given."""

    def __init__(self, **fields: Any) -> None:
        super().__init__(f"Run of {fields.get('trigger_dag_id')} asked for.")
        self.__dict__.update(fields)


# --- DAG files ---------------------------------------------------------------------------------


class AirflowDagCycleException(AirflowException, InvalidInput):
    """Tasks wait for each other in a circle."""


class DuplicateTaskIdFound(AirflowException, InvalidInput):
    """Two tasks (or groups) of a DAG have the same id."""


class AirflowDagDuplicatedIdException(AirflowException, Conflict):
    """Two DAGs have the same id."""

    def __init__(self, dag_id: str, incoming: str, existing: str) -> None:
        where = "the same file" if incoming == existing else f"{existing}"
        super().__init__(
            f"DAG id {dag_id!r} of {incoming} is already taken in {where}; rename one."
        )
        self.dag_id, self.incoming, self.existing = dag_id, incoming, existing


class AirflowDagInconsistent(AirflowException, InvalidInput):
    """The arguments of a DAG contradict each other."""


class AirflowInvalidDag(AirflowException, InvalidInput):
    """A DAG cannot be frozen: the text names file, line and the way out."""


class DagInvalidTriggerRule(AirflowException, InvalidInput):
    """A DAG with fail_fast has a task whose trigger rule contradicts it."""


class AirflowTimetableInvalid(AirflowException, InvalidInput):
    """A schedule cannot be understood."""


class AirflowClusterPolicyViolation(AirflowException, InvalidInput):
    """A policy of `airflow_local_settings` refuses a DAG or task."""


class AirflowClusterPolicySkipDag(AirflowException):
    """A policy of `airflow_local_settings` leaves a DAG out, silently."""


class AirflowClusterPolicyError(AirflowException):
    """A policy of `airflow_local_settings` is broken."""


class ParamValidationError(AirflowException, InvalidInput):
    """A param's value does not fit its schema."""


class UnmappableXComTypePushed(AirflowException):
    """A task that others expand over returned something that has no length."""


class UnmappableXComLengthPushed(AirflowException):
    """A task that others expand over returned more than `max_map_length` items."""


class NotMapped(AirflowException):
    """A task was asked for its mapped side and has none."""


class FailStopDagInvalidTriggerRule(DagInvalidTriggerRule):
    """Name of `DagInvalidTriggerRule` in 2.x."""


# --- what does not exist or exists already -----------------------------------------------------


class DagNotFound(AirflowNotFoundException):
    """There is no such DAG."""


class DagRunNotFound(AirflowNotFoundException):
    """There is no such run."""


class DagCodeNotFound(AirflowNotFoundException):
    """The code of a DAG is not known."""


class TaskNotFound(AirflowNotFoundException):
    """The DAG has no such task."""


class TaskInstanceNotFound(AirflowNotFoundException):
    """There is no such task instance."""


class XComNotFound(AirflowException, NotFound):
    """The XCom that an argument refers to has not been pushed."""

    def __init__(self, dag_id: str, task_id: str, key: str) -> None:
        super().__init__(
            f"Task {task_id!r} of {dag_id!r} has pushed no XCom under the key {key!r}."
        )
        self.dag_id, self.task_id, self.key = dag_id, task_id, key


class DagRunAlreadyExists(AirflowBadRequest, Conflict):
    """There is already a run for that date or id."""

    status_code = 409


class DagFileExists(AirflowBadRequest):
    """A DAG file is already there."""


class PoolNotFound(AirflowNotFoundException):
    """There is no such pool."""


class VariableNotFound(AirflowNotFoundException, KeyError):
    """There is no such variable. A `KeyError` too, since 1.x and 2.x code catches that."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class ConnectionNotFound(AirflowNotFoundException):
    """There is no such connection."""


class ConnectionNotUnique(AirflowException):
    """Several connections have the same id."""


class AirflowRuntimeError(AirflowException):
    """The engine could not do what a task asked for."""


class AirflowOptionalProviderFeatureException(AirflowException):
    """A feature needs a package that is not installed."""


class AirflowWebServerException(AirflowException):
    """The web server cannot start."""


class AirflowUnsupportedFileTypeException(AirflowException):
    """A file of this type cannot be read."""


class InvalidStatsNameException(AirflowException, InvalidInput):
    """A name that no metric may have."""


class TaskAlreadyInTaskGroup(AirflowException, InvalidInput):
    """A task was added to a second task group."""

    def __init__(self, task_id: str, existing_group_id: str | None, new_group_id: str) -> None:
        held = f"group {existing_group_id!r}" if existing_group_id else "the DAG's root group"
        super().__init__(
            f"Task {task_id!r} is in {held} already; it cannot also be in {new_group_id!r}."
        )


# --- warnings ----------------------------------------------------------------------------------


class RemovedInAirflow3Warning(DeprecationWarning):
    """A name or argument of 1.x or 2.x; it goes on working here."""


class RemovedInAirflow4Warning(DeprecationWarning):
    """A name or argument of 3.x that is on its way out."""


class AirflowProviderDeprecationWarning(DeprecationWarning):
    """A name of a provider package that is on its way out."""


class DeprecatedImportWarning(FutureWarning):
    """An import path that has moved."""


class UnknownArgumentWarning(PendingDeprecationWarning):
    """An operator was given arguments that it does not know (1.x only warned)."""
