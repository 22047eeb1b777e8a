"""Importing a DAG file within its limits: what it defines, and what its import looked at."""

import os
import resource
import signal
import sys
import threading
import traceback
from collections.abc import Mapping
from types import FrameType
from typing import Any

from venturi.core.clock import Clock, SystemClock
from venturi.core.errors import VenturiError
from venturi.core.messages import Load, Loaded
from venturi.runner.importing import import_file
from venturi.runner.local_code import rule_over
from venturi.runner.plain_source import asks_nothing
from venturi.runner.watch import Watch, dependencies, watching
from venturi.spec.codec import encode


class ImportTookTooLong(BaseException):
    """Raised inside an import when its time is over; not an Exception, so that nobody eats it."""


class _Active:
    """The watch of the import that is going on, if any."""

    watch: Watch | None = None

    def note(self, reason: str) -> None:
        """The import asked for something that changes by itself."""
        if self.watch is not None:
            self.watch.note(reason)


ACTIVE = _Active()


def load_file(
    message: Load, plugins: str, clock: Clock | None = None
) -> tuple[Loaded, Mapping[str, Any]]:
    """Import a DAG file within its limits: what it defines, as a message and as DAGs."""
    from venturi.compat import hints
    from venturi.runner.listening import with_listeners
    from venturi.sdk.freeze import collect_dags, freeze_dag
    from venturi.sdk.hints import collected_hints

    file = message.file
    hints.forget(file.path)
    watch = Watch(own=(file.root or os.path.dirname(file.path), plugins))
    ACTIVE.watch = watch
    before = frozenset(sys.modules)
    threads, sockets = threading.active_count(), _open_sockets()
    clock = clock or SystemClock()
    began, cpu = clock.monotonic(), _cpu_seconds()
    dags: Mapping[str, Any] = {}
    specs: tuple[bytes, ...] = ()
    error = None
    try:
        with (
            _Limits(message.timeout, message.memory),
            watching(watch, calls=not asks_nothing(_source(file.path))),
        ):
            modules = import_file(file.path, file.root, plugins)
            found = collect_dags(modules, file.path)
            rule_over(found)
        dags = {dag.dag_id: dag for dag in found}
        specs = tuple(encode(with_listeners(freeze_dag(dag, file.root))) for dag in found)
    except ImportTookTooLong as late:
        where = _story(late, file.path)
        error = f"Importing {file.path} took longer than {message.timeout:g} s.\n{where}"
    except MemoryError as full:
        limit = message.memory // (1 << 20)
        error = (
            f"Importing {file.path} needed more than {limit} MiB "
            f"([venturi] max_import_memory_mb).\n{_story(full, file.path)}"
        )
    except SystemExit as end:
        error = f"{file.path} called sys.exit({end.code!r}) while it was imported."
    except VenturiError as wrong:
        error = f"{wrong}\n{_story(wrong, file.path)}".strip()
    except RecursionError as deep:
        error = f"RecursionError: {deep}\n{_story(deep, file.path)}"
    except BaseException as wrong:
        error = _story(wrong, file.path, full=True)
    finally:
        ACTIVE.watch = None
    if threading.active_count() > threads:
        watch.note("a thread that it left running")
    if _open_sockets() > sockets:
        watch.note("a connection that it left open")
    hint = hints.hint_of(file.path)
    result = Loaded(
        file=file,
        dags=specs if error is None else (),
        error=error,
        depends=dependencies(watch, before),
        open_because=", ".join(watch.reasons),
        warnings=(*((hint,) if hint else ()), *collected_hints()),
        seconds=clock.monotonic() - began,
        cpu=_cpu_seconds() - cpu,
    )
    return result, dags


class _Limits:
    """Time and memory limits of an import."""

    def __init__(self, seconds: float, memory: int) -> None:
        self.seconds, self.memory = seconds, memory

    def __enter__(self) -> None:
        self.before = resource.getrlimit(resource.RLIMIT_AS)
        if self.memory > 0:
            limit = _address_space() + self.memory
            hard = self.before[1]
            if hard != resource.RLIM_INFINITY:
                limit = min(limit, hard)
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        signal.signal(signal.SIGALRM, _too_long)
        signal.setitimer(signal.ITIMER_REAL, self.seconds)

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, self.before)


def _too_long(_number: int, _frame: FrameType | None) -> None:
    raise ImportTookTooLong


def _source(path: str) -> bytes:
    """The text of a file; of one that cannot be read as text, something that asks everything."""
    try:
        with open(path, "rb") as file:
            return b"exec" if path.endswith(".zip") else file.read()
    except OSError:
        return b"exec"


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()


def _open_sockets() -> int:
    count = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            count += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except OSError:
            continue
    return count


def _story(error: BaseException, path: str, *, full: bool = False) -> str:
    """The traceback as its author wants it: from the DAG file on."""
    stack = traceback.extract_tb(error.__traceback__)
    own = next((i for i, frame in enumerate(stack) if frame.filename == path), None)
    frames = stack[own:] if own is not None else stack[-3:]
    kind = "".join(traceback.format_exception_only(error)).strip()
    told = "".join(traceback.format_list(frames)) if frames else ""
    if isinstance(error, SyntaxError):
        return kind
    body = f"Traceback (most recent call last):\n{told}" if told else ""
    return f"{body}{kind}" if full else body.rstrip()
