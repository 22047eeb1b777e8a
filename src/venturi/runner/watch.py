"""What an import looked at: that decides how long its result is good for.

A file is *closed* when its DAGs follow from nothing but its own modules and files it read; then the
host that imported it serves until one of those changes. It is *open* when it consulted the clock,
the environment, the network, another program, a Variable or a Connection: then every attempt
imports it afresh. Only what the file's own code asks for counts, not what a library does while it
is being imported.
"""

import builtins
import os
import random
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import source_from_cache
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

#: C functions whose answer changes by itself: by qualified name.
_ASKS: dict[str, str] = {
    "datetime.now": "the clock",
    "datetime.today": "the clock",
    "datetime.utcnow": "the clock",
    "date.today": "the clock",
    "time": "the clock",
    "time_ns": "the clock",
    "localtime": "the clock",
    "gmtime": "the clock",
    "strftime": "the clock",
    "ctime": "the clock",
    "monotonic": "the clock",
    "perf_counter": "the clock",
    "urandom": "random bytes",
    "getrandom": "random bytes",
    "gethostname": "the host name",
    "listdir": "a folder",
    "scandir": "a folder",
}
_TIME_NAMES = frozenset(
    {"time", "time_ns", "localtime", "gmtime", "strftime", "ctime", "monotonic", "perf_counter"}
)

#: Audit events that reach outside.
_EVENTS = {
    "socket.connect": "the network",
    "socket.getaddrinfo": "the network",
    "subprocess.Popen": "another program",
    "os.system": "another program",
    "os.posix_spawn": "another program",
    "os.exec": "another program",
    "sqlite3.connect": "a database",
}
#: Files under these are libraries: they change with an installation, not with a DAG.
_LIBRARY = tuple(
    str(Path(path)) + os.sep
    for path in {
        sys.prefix,
        sys.base_prefix,
        str(Path(os.__file__).parent),
        str(Path(__file__).parents[1]),
    }
)


class Watch:
    """What one import looked at."""

    def __init__(self, own: tuple[str, ...]) -> None:
        #: folders whose modules and files belong to the user
        self.own = tuple(os.path.join(os.path.realpath(folder), "") for folder in own if folder)
        #: why the file is open, in the order found
        self.reasons: dict[str, None] = {}
        self.files: set[str] = set()
        self.active = False
        self._thread = 0

    def note(self, reason: str) -> None:
        """The import asked for something that changes by itself."""
        self.reasons.setdefault(reason)

    def is_own(self, path: str) -> bool:
        """Whether a file belongs to the user and not to a library."""
        return path.startswith(self.own) if self.own else not path.startswith(_LIBRARY)

    # --- hooks -----------------------------------------------------------------------------

    def audit(self, event: str, args: tuple[Any, ...]) -> None:
        """For `sys.addaudithook`: files that are read, and ways to the outside."""
        if not self.active or threading.get_ident() != self._thread:
            return
        if event == "open":
            self._opened(args)
        elif event in _EVENTS and self._asked_by_own(sys._getframe(1)):
            self.note(_EVENTS[event])

    def _opened(self, args: tuple[Any, ...]) -> None:
        path, mode = args[0], args[1]
        if not isinstance(path, str | bytes | os.PathLike):
            return
        if isinstance(mode, str) and any(flag in mode for flag in "wax+"):
            return
        name = os.fsdecode(path)
        if name.startswith(("/proc/", "/dev/", "/sys/")):
            return  # devices are no files
        if name.endswith(".pyc"):
            # A module is read from its cache: what counts is the source. One whose import fails is
            # in no list of modules, and its repair has to be noticed all the same.
            try:
                name = source_from_cache(name)
            except ValueError:
                return
        full = os.path.realpath(name)
        if not full.startswith(_LIBRARY) and os.path.isfile(full):
            self.files.add(full)

    def profile(self, frame: FrameType, event: str, arg: Any) -> None:
        """For `sys.setprofile`: calls of functions whose answer changes by itself."""
        if event == "c_call":
            name = arg.__name__
            if name not in _PLAIN_NAMES:
                return
            reason = _reason(arg)
        elif event == "call":
            reason = "the environment" if frame.f_code in _ENVIRON_CODES else None
            if reason and frame.f_back is not None:
                frame = frame.f_back
        else:
            return
        if reason and reason not in self.reasons and self._asked_by_own(frame):
            self.note(reason)

    def _asked_by_own(self, frame: FrameType | None) -> bool:
        """Whether the user's code asked, and not a library that is just being imported."""
        while frame is not None:
            name = frame.f_code.co_filename
            if name.startswith("<frozen importlib"):
                return False
            if self.is_own(name) or (self.own and os.path.realpath(name).startswith(self.own)):
                return True
            frame = frame.f_back
        return False


_PLAIN_NAMES = frozenset(name.rpartition(".")[2] for name in _ASKS) | {"random", "getrandbits"}
#: What the functions of the module `random` draw from; a generator that a file makes is its own.
_SHARED_RANDOM = getattr(random.random, "__self__", None)


def _reason(function: Any) -> str | None:
    name = function.__name__
    owner = getattr(function, "__self__", None)
    if owner is _SHARED_RANDOM:
        return "random numbers"
    if isinstance(owner, type):
        return _ASKS.get(f"{'datetime' if name != 'today' else _class_of(owner)}.{name}")
    module = getattr(owner, "__name__", "")
    if name in _TIME_NAMES:
        return _ASKS[name] if module == "time" else None
    return _ASKS.get(name) if module in {"posix", "os", "_socket", "socket"} else None


def _class_of(owner: type) -> str:
    return "datetime" if any(base.__name__ == "datetime" for base in owner.__mro__) else "date"


def _environ_codes() -> frozenset[CodeType]:
    """Code of the functions through which `os.environ` is read."""
    mapping = type(os.environ)
    functions: list[Callable[..., Any]] = [mapping.__getitem__, mapping.__iter__, os.getenv]
    return frozenset(f.__code__ for f in functions)


_ENVIRON_CODES = _environ_codes()


@contextmanager
def watching(watch: Watch, *, calls: bool = True) -> Iterator[None]:
    """Watch what the code in the block looks at; without `calls` only files and ways outside.

    Profiling is switched off while a library is being imported: what it does there does not count,
    and it would be slow.
    """
    plain_import = builtins.__import__

    def quiet_import(
        name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> Any:
        if level or name.partition(".")[0] in sys.modules or _maybe_own(watch, name):
            return plain_import(name, globals, locals, fromlist, level)
        sys.setprofile(None)
        try:
            return plain_import(name, globals, locals, fromlist, level)
        finally:
            sys.setprofile(watch.profile)

    sys.addaudithook(watch.audit)
    watch._thread = threading.get_ident()
    watch.active = True
    if calls:
        builtins.__import__ = quiet_import
        sys.setprofile(watch.profile)
    try:
        yield
    finally:
        sys.setprofile(None)
        builtins.__import__ = plain_import
        watch.active = False


def _maybe_own(watch: Watch, name: str) -> bool:
    """Whether a module that is about to be imported may lie in the user's folders."""
    first = name.partition(".")[0]
    return any(
        os.path.exists(os.path.join(folder, first)) or os.path.exists(f"{folder}{first}.py")
        for folder in watch.own
    )


def fingerprint(path: str) -> str:
    """What tells whether a file is the one it was: size, time and inode; empty when it is gone."""
    try:
        status = os.stat(path)
    except OSError:
        return ""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def dependencies(watch: Watch, before: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """The user's modules that the import brought in, and files it read, with fingerprints."""
    files = set(watch.files)
    for name, module in list(sys.modules.items()):
        path = getattr(module, "__file__", None)
        if name in before or not path:
            continue
        full = os.path.realpath(path)
        if watch.is_own(full):
            files.add(full)
    return tuple((path, fingerprint(path)) for path in sorted(files))
