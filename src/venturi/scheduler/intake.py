"""DAG files: which are there, which have changed, who reads them, and what comes of it.

What a file depends on is known from its last import, so an edit of a helper module or of a YAML
file leads to the same reading as an edit of the file itself. A file that looked outside (an *open*
file) is read again every `min_file_process_interval` seconds.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from venturi.config.digest import installation_digest
from venturi.core.attempts import FileRef
from venturi.core.clock import Clock
from venturi.core.messages import Load, Loaded
from venturi.dagfiles.scan import find_files, linked_folders
from venturi.decide.board import Board
from venturi.runner.watch import fingerprint
from venturi.spec.codec import decode
from venturi.store import dags as dag_rows
from venturi.store.bundles import HasMoved, lay_out, put_bundle
from venturi.store.engine import Store, Tx
from venturi.store.versions import Version, Versions


class FileState:
    """A DAG file as far as it is known."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.key = ""
        #: fingerprint of the file itself when it was last asked for
        self.stamp = ""
        self.depends: tuple[tuple[str, str], ...] = ()
        self.open = False
        self.asked = False
        #: it changed again while it was being read
        self.again = False
        self.read_at = 0.0
        self.dag_ids: set[str] = set()
        #: DAG ids it defines that belong to another file
        self.disputed: set[str] = set()
        #: digest of what the last import found: the same again changes nothing
        self.found = ""
        #: its last import failed
        self.broken = False

    def is_stale(self) -> bool:
        """The file, or something it depends on, is not what it was."""
        if fingerprint(self.path) != self.stamp:
            return True
        return any(fingerprint(path) != stamp for path, stamp in self.depends)

    def new_key(self, installation: str) -> str:
        """A key for the file's present condition, read by this installation as it is now."""
        parts = [self.path, self.stamp]
        parts += [f"{path}:{fingerprint(path)}" for path, _ in self.depends]
        return f"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}-{installation}"


class Intake:
    """Keeps the database's and the board's DAGs in step with the files."""

    def __init__(
        self,
        *,
        store: Store,
        board: Board,
        versions: Versions,
        send: Callable[[Load], None],
        clock: Clock,
        folder: Path,
        syntax: str = "glob",
        safe_mode: bool = True,
        interval: float = 30.0,
        timeout: float = 30.0,
        memory: int = 1 << 30,
        paused_at_creation: bool = True,
        bundles: Path,
        say: Callable[[str], None] = print,
    ) -> None:
        self.store, self.board, self.versions = store, board, versions
        self.send, self.clock, self.say = send, clock, say
        self.folder, self.syntax, self.safe_mode = folder, syntax, safe_mode
        self.interval, self.timeout, self.memory = interval, timeout, memory
        self.paused_at_creation = paused_at_creation
        #: where copies of old conditions are laid out
        self.bundles = bundles
        self.laid_out: dict[FileRef, FileRef] = {}
        #: what files are read with: configuration, environment, plugins, version
        self.installation = installation_digest()[:8]
        self.files: dict[str, FileState] = {}
        #: files that the runner has been asked to read
        self.asked: set[str] = set()
        #: newest version of each active DAG
        self.newest: dict[str, Version] = {}

    # --- looking ---------------------------------------------------------------------------

    def recall(self, tx: Tx) -> None:
        """Take over what was known before a restart: unchanged files are not read again, unless
        they were read with another configuration, environment or version."""
        owned = dag_rows.active_files(tx)
        for known in dag_rows.known_files(tx):
            state = FileState(known.path)
            state.key, state.depends, state.open = known.key, known.depends, known.is_open
            state.dag_ids = set(owned.get(known.path, ()))
            if known.key.endswith(f"-{self.installation}"):
                # A file whose import failed is in no list of modules: it is read again.
                state.stamp = dict(known.depends).get(os.path.realpath(known.path), "")
            self.files[known.path] = state
        for path, dag_ids in owned.items():
            state = self.files.setdefault(path, FileState(path))
            state.dag_ids = set(dag_ids)
        for view in self.board.dags.values():
            self.newest[view.dag_id] = self.versions.get(tx, view.version_id)

    def look(self, *, something_changed: bool = False) -> None:
        """Find new, changed and vanished files; ask for what has to be read.

        With `something_changed` below the folders, broken files are read again too: what they miss
        may have come.
        """
        present = list(
            find_files(
                self.folder,
                syntax=self.syntax,
                safe_mode=self.safe_mode,
                is_known=self._is_unchanged,
            )
        )
        for path in present:
            state = self.files.setdefault(path, FileState(path))
            if state.is_stale() or (state.broken and something_changed):
                self.request(state)
        gone = set(self.files) - set(present)
        if gone:
            self._forget(gone)

    def _is_unchanged(self, path: str) -> bool:
        state = self.files.get(path)
        return state is not None and bool(state.stamp) and fingerprint(path) == state.stamp

    def look_at_open(self) -> float | None:
        """Read open files again whose time has come; seconds until the next one, if any."""
        now = self.clock.monotonic()
        soonest: float | None = None
        for state in self.files.values():
            if not state.open or state.asked:
                continue
            left = state.read_at + self.interval - now
            if left <= 0:
                self.request(state)
            else:
                soonest = left if soonest is None else min(soonest, left)
        return soonest

    def request(self, state: FileState) -> None:
        """Have the runner read a file."""
        if state.asked:
            state.again = True
            return
        state.stamp = fingerprint(state.path)
        state.key = state.new_key(self.installation)
        state.asked, state.again = True, False
        self.asked.add(state.path)
        self.send(
            Load(
                file=FileRef(path=state.path, key=state.key, root=str(self.folder)),
                timeout=self.timeout,
                memory=self.memory,
            )
        )

    def request_path(self, path: str) -> None:
        """A person wants this file to be read now."""
        self.request(self.files.setdefault(path, FileState(path)))

    def ask_again(self) -> None:
        """The runner is another one: what it was asked for is asked again."""
        for state in self.files.values():
            if state.asked:
                state.asked = False
                self.request(state)

    def source_of(self, tx: Tx, file: FileRef) -> FileRef:
        """Where to find a file in this condition: where it lies, or, if it has changed, a copy."""
        state = self.files.get(file.path)
        # The watcher may not have told yet that it has changed.
        if state is not None and state.key == file.key and fingerprint(file.path) == state.stamp:
            return file
        known = self.laid_out.get(file)
        if known is None:
            known = lay_out(tx, file, self.bundles) or file
            self.laid_out[file] = known
        return known

    def folders(self) -> set[str]:
        """What to watch with all that is below: the DAG folder, and where its links lead."""
        return {str(self.folder)} | linked_folders(self.folder)

    def places(self) -> set[str]:
        """What to watch by itself: where files outside of the DAG folder lie that are read."""
        inside = (str(self.folder) + os.sep, os.path.realpath(self.folder) + os.sep)
        return {
            os.path.dirname(path)
            for state in self.files.values()
            for path, _ in state.depends
            if not path.startswith(inside)
        }

    # --- taking in ---------------------------------------------------------------------------

    def take(self, arrived: list[Loaded]) -> set[str]:
        """Bring database and board in step with what files define now: these DAGs.

        All that arrived together is one transaction.
        """
        heard = [(state, each) for each in arrived if (state := self._expected(each))]
        moved = [state for state, each in heard if _has_moved(state, each)]
        expected = [pair for pair in heard if pair[0] not in moved]
        changed = [pair for pair in expected if _found(pair[1]) != pair[0].found]
        stamps = [state.stamp for state, _ in changed]
        for state in (*moved, *(state for state, _ in changed)):
            state.found = state.stamp = ""  # unless it is written, the next look reads it again

        def write(tx: Tx) -> list[FileState]:
            pairs = zip(changed, stamps, strict=True)
            return [pair[0] for pair, stamp in pairs if not self._write(tx, *pair, stamp)]

        if changed:
            moved += self.store.retrying(write)
        for stamp, (state, loaded) in zip(stamps, changed, strict=True):
            if state not in moved:
                state.stamp = stamp
                state.found = _found(loaded) if loaded.error is None else ""
        for state, _ in heard:
            if state.again or (state in moved and os.path.exists(state.path)):
                self.request(state)
        return {
            dag_id for state, loaded in expected if loaded.error is None for dag_id in state.dag_ids
        }

    def _expected(self, loaded: Loaded) -> FileState | None:
        """The file that was read, unless it has gone or changed meanwhile and is read again."""
        state = self.files.get(loaded.file.path)
        if state is None or loaded.file.key != state.key:
            return None
        self.asked.discard(state.path)
        state.asked = False
        state.read_at = self.clock.monotonic()
        state.open = bool(loaded.open_because)
        state.broken = loaded.error is not None
        # What a failed import has seen is not all that the file needs: keep what was known before.
        known = {} if loaded.error is None else dict(state.depends)
        state.depends = tuple(sorted((known | dict(loaded.depends)).items()))
        return state

    def _write(self, tx: Tx, state: FileState, loaded: Loaded, stamp: str) -> bool:
        """Whether it was written: the file may have changed since it was read."""
        now = self.clock.now()
        if loaded.error is not None:
            dag_rows.put_file(tx, loaded, now)
            dag_rows.put_import_error(tx, state.path, loaded.error, now)
            return True
        try:
            digest = put_bundle(tx, loaded, now, lambda: fingerprint(state.path) == stamp)
        except HasMoved:
            return False
        dag_rows.put_file(tx, loaded, now)
        specs = [decode(data) for data in loaded.dags]
        others = {
            spec.dag_id: other
            for spec in specs
            if (other := self._owner(spec.dag_id)) is not None and other != state.path
        }
        state.disputed = set(others)
        error = None
        if others:
            error = "\n".join(
                f"DAG id {dag_id!r} is already defined in {other}; ids must be unique."
                for dag_id, other in sorted(others.items())
            )
        found: set[str] = set()
        for spec in specs:
            if spec.dag_id in others:
                continue
            known = spec.dag_id in self.board.dags
            put = dag_rows.put_dag(
                tx, spec, loaded, digest, now=now, paused_at_creation=self.paused_at_creation
            )
            if put is None:
                continue
            found.add(spec.dag_id)
            version, view = put
            self.versions.put(version)
            self.newest[spec.dag_id] = version
            self.board.put_dag(view)
            if not known:
                self._welcome(spec.dag_id, view.paused)
        vanished = state.dag_ids - found
        self._retire(tx, vanished)
        state.dag_ids = found
        dag_rows.put_import_error(tx, state.path, error, now)
        return True

    def _welcome(self, dag_id: str, paused: bool) -> None:
        self.say(
            f"DAG {dag_id} is new and paused: it waits until you run: airflow dags unpause {dag_id}"
            if paused
            else f"DAG {dag_id} is new and active."
        )

    def _owner(self, dag_id: str) -> str | None:
        """The file that defines a DAG at present."""
        return next((path for path, s in self.files.items() if dag_id in s.dag_ids), None)

    def _forget(self, paths: set[str]) -> None:
        """Files are gone: so are their DAGs, until the files come back."""

        def write(tx: Tx) -> None:
            for path in sorted(paths):
                self._retire(tx, self.files[path].dag_ids)
                dag_rows.forget_file(tx, path)

        self.store.retrying(write)
        freed = {dag_id for path in paths for dag_id in self.files[path].dag_ids}
        for path in paths:
            del self.files[path]
            self.asked.discard(path)
        for state in self.files.values():
            if state.disputed & freed:
                self.request(state)

    def _retire(self, tx: Tx, dag_ids: set[str]) -> None:
        dag_rows.deactivate(tx, dag_ids)
        for dag_id in dag_ids:
            view = self.board.dags.get(dag_id)
            if view is not None:
                view.present, view.next_run = False, None
                self.say(f"DAG {dag_id} is gone: its file does not define it any more.")


def _has_moved(state: FileState, loaded: Loaded) -> bool:
    """Whether the import has read another condition of the file than it was asked for."""
    read = dict(loaded.depends).get(os.path.realpath(state.path), state.stamp)
    return loaded.error is None and read != state.stamp


def _found(loaded: Loaded) -> str:
    """A digest of what an import found."""
    found = (loaded.file, loaded.dags, loaded.error, loaded.depends, loaded.open_because)
    return hashlib.sha256(repr(found).encode()).hexdigest()
