"""`airflow scheduler`: the scheduler of the configured home, in the foreground."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from setproctitle import setproctitle

from venturi.config import Config, get_config
from venturi.config.paths import private_dir, run_dir
from venturi.core.clock import Clock, SystemClock
from venturi.core.messages import Welcome
from venturi.decide.board import Board
from venturi.executors.installed import limits_of
from venturi.executors.table import executor_kind, executor_kinds, remote_names
from venturi.observe.endpoint import CannotListen, Endpoint
from venturi.observe.lines import Manner, say, speak
from venturi.scheduler.figures import Reporter
from venturi.scheduler.gateway_link import GatewayLink
from venturi.scheduler.intake import Intake
from venturi.scheduler.link import Link
from venturi.scheduler.listeners import endpoints_of, figures_of
from venturi.scheduler.loop import Scheduler, Settings
from venturi.scheduler.remote import Remote, Remoteness
from venturi.scheduler.step import Stepper
from venturi.scheduler.upkeep import Upkeep
from venturi.store.engine import Store, Tx
from venturi.store.lease import prove
from venturi.store.migrate import require_current
from venturi.store.open import open_store
from venturi.store.versions import Version, Versions


def build_scheduler(
    conf: Config, store: Store, clock: Clock, *, subdir: str | None = None
) -> Scheduler:
    """The scheduler that the configuration describes."""
    folder = private_dir(run_dir())
    executors = conf.get_mandatory_value("core", "executor")
    kind = executor_kind(executors)
    parallelism = conf.getint("core", "parallelism")
    capacity = kind.capacity or parallelism
    lease = conf.getfloat("venturi", "lease_seconds")
    memory = conf.getint("venturi", "max_import_memory_mb") << 20
    timeout = conf.getfloat("core", "dagbag_import_timeout") or 3600.0
    board = Board(limits_of(conf))
    versions = Versions()
    newest: dict[str, Version] = {}

    def welcome() -> Welcome:
        return Welcome(
            term=scheduler.stepper.lease.term,
            scheduler=scheduler.holder,
            capacity=capacity,
            hosts_max=conf.getint("venturi", "hosts_max"),
            loads_at_once=max(1, conf.getint("dag_processor", "parsing_processes")),
            import_timeout=timeout,
            import_memory=memory,
            log_bytes_max=conf.getint("venturi", "log_bytes_per_attempt_max"),
        )

    link = Link(
        folder,
        Path(conf.get_mandatory_value("logging", "base_log_folder")) / "scheduler",
        welcome,
        clock,
    )
    intake = Intake(
        store=store,
        board=board,
        versions=versions,
        send=link.send,
        clock=clock,
        # Not resolved: a folder that is a link may be pointed elsewhere while we run.
        folder=Path(os.path.abspath(subdir or conf.get_mandatory_value("core", "dags_folder"))),
        syntax=conf.get_mandatory_value("core", "dag_ignore_file_syntax"),
        safe_mode=conf.getboolean("core", "dag_discovery_safe_mode"),
        interval=max(1.0, conf.getfloat("dag_processor", "min_file_process_interval")),
        timeout=timeout,
        memory=memory,
        paused_at_creation=conf.getboolean("core", "dags_are_paused_at_creation"),
        bundles=folder / "bundles",
        say=say,
    )
    intake.newest = newest
    stepper = Stepper(
        store=store,
        board=board,
        versions=versions,
        newest=newest,
        source_of=intake.source_of,
        say=say,
        lease_seconds=lease,
        import_timeout=timeout,
    )

    def proven(tx: Tx) -> None:
        prove(tx, stepper.lease, lease)

    upkeep = Upkeep(
        store=store,
        clock=clock,
        logs=Path(conf.get_mandatory_value("logging", "base_log_folder")),
        days=conf.getint("venturi", "history_days"),
        runs_min=conf.getint("venturi", "history_runs_min"),
        say=say,
        prove=proven,
    )
    scheduler = Scheduler(
        store=store,
        settings=Settings(folder, capacity, kind.name, lease),
        stepper=stepper,
        intake=intake,
        link=link,
        upkeep=upkeep,
        clock=clock,
        say=say,
    )
    figures = figures_of(conf, clock)
    scheduler.reporter = Reporter(figures=figures, store=store, capacity=capacity, clock=clock)
    if figures.on:
        stepper.written = scheduler.reporter.written
    if any(kind.is_remote for kind in executor_kinds(executors).values()):
        link.remote = _remote(conf, scheduler, welcome)
    return scheduler


def _remote(conf: Config, scheduler: Scheduler, welcome: Callable[[], Welcome]) -> Remote:
    """The workers behind the configured broker. Raises `VenturiError` when there can be none."""
    from venturi.executors.celery.keys import shared_keys
    from venturi.executors.celery.urls import broker_url

    shared_keys(conf)
    broker_url(conf)
    kinds = executor_kinds(conf.get_mandatory_value("core", "executor"))
    remote = Remote(
        store=scheduler.store,
        stepper=scheduler.stepper,
        inbox=scheduler.inbox,
        gateway=GatewayLink(scheduler.link.log_dir, scheduler.clock),
        rules=Remoteness(
            executors=remote_names(kinds),
            lease=conf.getfloat("venturi", "worker_lease_seconds"),
            name=next(name for name, kind in kinds.items() if kind.is_remote),
        ),
        welcome=welcome,
        clock=scheduler.clock,
        say=scheduler.say,
    )
    remote.selector = scheduler.selector
    return remote


def run_scheduler(
    *,
    subdir: str | None = None,
    run_duration: float | None = None,
    num_runs: int | None = None,
    stop_runner: bool = False,
) -> int:
    """Run until SIGTERM or SIGINT (or for `run_duration` seconds, or `num_runs` rounds).

    Tasks that run go on when the scheduler is stopped, and the next scheduler is told of them;
    with `stop_runner` they are ended with it.
    """
    setproctitle("airflow scheduler")
    conf = get_config()
    speak(
        Manner(
            json=conf.getboolean("logging", "json_logs"),
            level=conf.get_mandatory_value("logging", "logging_level").upper(),
            component="scheduler",
        )
    )
    store = open_store()
    require_current(store)
    scheduler = build_scheduler(conf, store, SystemClock(), subdir=subdir)
    scheduler.stop_runner = stop_runner
    if num_runs is not None and num_runs > 0:
        scheduler.turns_left = num_runs
    if run_duration is not None and run_duration > 0:
        signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))
        signal.setitimer(signal.ITIMER_REAL, run_duration)
    endpoints: list[Endpoint] = []

    def listen() -> None:
        """Answer on the configured ports; where the active scheduler does, when we follow it."""
        if not endpoints:
            try:
                endpoints.extend(endpoints_of(conf, scheduler))
            except CannotListen as cannot:
                if not cannot.is_taken:
                    raise
                say(str(cannot))

    listen()
    scheduler.activated = listen
    try:
        scheduler.run()
    finally:
        for endpoint in endpoints:
            endpoint.close()
        store.close()
    why = f" ({scheduler.stopped_by})" if scheduler.stopped_by else ""
    say(f"The scheduler has stopped{why}.")
    return 0
