"""Health and version."""

import msgspec


class BaseInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a part works."""

    status: str | None


class SchedulerInfo(BaseInfo, frozen=True, kw_only=True):
    """The scheduler and when it last said that it is alive."""

    latest_scheduler_heartbeat: str | None


class TriggererInfo(BaseInfo, frozen=True, kw_only=True):
    """The triggerer: part of the scheduler, so there is none to tell of."""

    latest_triggerer_heartbeat: str | None


class DagProcessorInfo(BaseInfo, frozen=True, kw_only=True):
    """The reading of DAG files: part of the scheduler."""

    latest_dag_processor_heartbeat: str | None


class HealthInfo(msgspec.Struct, frozen=True, kw_only=True):
    """All parts."""

    metadatabase: BaseInfo
    scheduler: SchedulerInfo
    triggerer: TriggererInfo
    dag_processor: DagProcessorInfo | None


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which version answers."""

    version: str
    git_version: str | None = None
