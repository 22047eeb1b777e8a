"""Make virtual environments: by uv where it is on PATH, else by venv and pip."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from venturi.sdk.exceptions import AirflowException

#: Runs a command with an environment; raises if it fails.
Run = Callable[[Sequence[str], Mapping[str, str]], None]

_MARKER = "venturi-environment.json"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment is to be like.

    `python` is a version like 3.12 or a path (empty: this Python), `indexes` None means the usual
    index, an empty tuple none at all.
    """

    requirements: tuple[str, ...] = ()
    python: str = ""
    system_site_packages: bool = False
    options: tuple[str, ...] = ()
    indexes: tuple[str, ...] | None = None

    def key(self) -> str:
        """A name that is the same for equal wishes and this Python."""
        text = json.dumps([*msgspec.structs.astuple(self), sys.version])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def make(folder: Path, wish: Wish, run: Run) -> Path:
    """Make an environment in `folder`; the path of its Python."""
    uv = shutil.which("uv")
    python = folder / "bin" / "python"
    env = os.environ | _index_variables(wish.indexes)
    options = [*wish.options, *(("--no-index",) if wish.indexes == () else ())]
    base = _base_python(wish.python, has_uv=uv is not None)
    if uv is not None:
        site = ["--system-site-packages"] if wish.system_site_packages else []
        run([uv, "venv", "--quiet", "--python", base, *site, str(folder)], env)
        install = [uv, "pip", "install", "--python", str(python)]
    else:
        site = ["--system-site-packages"] if wish.system_site_packages else []
        run([base, "-m", "venv", *site, str(folder)], env)
        install = [str(python), "-m", "pip", "install"]
    if wish.requirements:
        listed = folder / "requirements.txt"
        listed.write_text("\n".join(wish.requirements) + "\n")
        run([*install, *options, "-r", str(listed)], env)
    return python


def cached(root: Path, wish: Wish, run: Run) -> Path:
    """The Python of an environment under `root` that fits `wish`, made when there is none yet.

    Several tasks that wish the same at once make it once.
    """
    folder = root / f"venv-{wish.key()}"
    with _locked(root, folder.name):
        marker = folder / _MARKER
        if not marker.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder, wish, run)
            marker.write_text(json.dumps(msgspec.to_builtins(wish)))
    return folder / "bin" / "python"


@contextmanager
def _locked(root: Path, name: str) -> Iterator[None]:
    root.mkdir(parents=True, exist_ok=True)
    with (root / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _base_python(wanted: str, *, has_uv: bool) -> str:
    if not wanted:
        return sys.executable
    if has_uv or os.path.isabs(wanted):  # noqa: PTH117 - a word, not a path, most of the time
        return wanted
    name = wanted if wanted.startswith("python") else f"python{wanted}"
    found = shutil.which(name)
    if found is None:
        raise AirflowException(
            f"python_version={wanted!r}: {name} was not found on PATH; install it, or install uv, "
            "which can fetch it."
        )
    return found


def _index_variables(indexes: Sequence[str] | None) -> dict[str, str]:
    """Indexes as variables: their addresses may hold passwords, and arguments show in `ps`."""
    if not indexes:
        return {}
    first, *others = indexes
    return {
        "UV_DEFAULT_INDEX": first,
        "UV_INDEX": " ".join(others),
        "PIP_INDEX_URL": first,
        "PIP_EXTRA_INDEX_URL": " ".join(others),
    }
