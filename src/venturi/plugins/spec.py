"""The calls that listeners may answer.

A listener is a module or an object with functions of these names, each marked with `hookimpl`. It
may leave out arguments it does not need. What it returns is not used, and what it raises is logged.
"""

from typing import Any

import pluggy

PROJECT = "airflow"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


class LifecycleSpec:
    """A process of the engine begins or ends."""

    @hookspec
    def on_starting(self, component: Any) -> None:
        """`component` (scheduler, runner, API server) is about to work."""

    @hookspec
    def before_stopping(self, component: Any) -> None:
        """`component` is about to end."""


class RunSpec:
    """A DAG run changes its state. `msg` says why."""

    @hookspec
    def on_dag_run_running(self, dag_run: Any, msg: str) -> None:
        """The run has begun."""

    @hookspec
    def on_dag_run_success(self, dag_run: Any, msg: str) -> None:
        """The run has ended well."""

    @hookspec
    def on_dag_run_failed(self, dag_run: Any, msg: str) -> None:
        """The run has failed."""


class TaskInstanceSpec:
    """A task instance changes its state. `session` is an argument of 2.x: None here."""

    @hookspec
    def on_task_instance_running(
        self, previous_state: Any, task_instance: Any, session: Any
    ) -> None:
        """The task is about to execute."""

    @hookspec
    def on_task_instance_success(
        self, previous_state: Any, task_instance: Any, session: Any
    ) -> None:
        """The task has ended well."""

    @hookspec
    def on_task_instance_failed(
        self, previous_state: Any, task_instance: Any, error: Any, session: Any
    ) -> None:
        """The task has failed, with or without a further try."""

    @hookspec
    def on_task_instance_skipped(
        self, previous_state: Any, task_instance: Any, session: Any
    ) -> None:
        """The task has skipped itself."""


class AssetSpec:
    """An asset is registered, changed or has an event."""

    @hookspec
    def on_asset_created(self, asset: Any) -> None:
        """An asset is seen for the first time."""

    @hookspec
    def on_asset_alias_created(self, asset_alias: Any) -> None:
        """An alias is seen for the first time."""

    @hookspec
    def on_asset_changed(self, asset: Any) -> None:
        """A task has updated an asset."""

    @hookspec
    def on_asset_event_emitted(self, asset_event: Any) -> None:
        """An event of an asset has been recorded."""

    @hookspec
    def on_dataset_created(self, dataset: Any) -> None:
        """`on_asset_created` by its name in 2.x."""

    @hookspec
    def on_dataset_changed(self, dataset: Any) -> None:
        """`on_asset_changed` by its name in 2.x."""


class ImportErrorSpec:
    """A DAG file cannot be imported."""

    @hookspec
    def on_new_dag_import_error(self, filename: str, stacktrace: str) -> None:
        """A file fails that did not fail before."""

    @hookspec
    def on_existing_dag_import_error(self, filename: str, stacktrace: str) -> None:
        """A file fails again, perhaps for another reason."""


SPECS: tuple[type, ...] = (LifecycleSpec, RunSpec, TaskInstanceSpec, AssetSpec, ImportErrorSpec)
