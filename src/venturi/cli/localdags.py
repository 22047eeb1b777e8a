"""DAGs read from their files in this process: for tests of tasks, and lists without a database."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from venturi.cli.progress import shown
from venturi.config import get_config
from venturi.core.errors import NotFound, VenturiError
from venturi.spec.model import DagSpec


class Broken(NamedTuple):
    """A file that could not be read, and why."""

    path: str
    error: str


class LocalDags(NamedTuple):
    """The DAGs that files define."""

    dags: dict[str, Any]  # the authoring objects
    broken: list[Broken]


def spec_from_file(dag: Any) -> DagSpec:
    """What a DAG says, as plain data."""
    from venturi.sdk.freeze import freeze_dag

    return freeze_dag(dag, str(_root()))


def all_local_dags(subdir: str | None) -> LocalDags:
    """The DAGs of a file or folder, or of the whole DAG folder."""
    return _loaded(_files(where(subdir)))


def find_local_dag(dag_id: str, subdir: str | None, known_file: str | None = None) -> Any:
    """The DAG `dag_id`, imported here. Raises `NotFound`, or `VenturiError` for a broken file.

    Looks into `subdir` if given, else into the file that the database knows, else into the files
    that mention the id before all others.
    """
    folder = where(subdir)
    if subdir is None and known_file is not None and Path(known_file).is_file():
        found = _loaded([known_file])
        if dag_id in found.dags:
            return found.dags[dag_id]
    paths = list(_files(folder))
    broken: list[Broken] = []
    for path in sorted(paths, key=lambda path: not _mentions(path, dag_id)):
        found = _loaded([path])
        if dag_id in found.dags:
            return found.dags[dag_id]
        broken += found.broken
    raise NotFound(_missing(dag_id, folder, broken))


def _missing(dag_id: str, folder: Path, broken: Sequence[Broken]) -> str:
    sentence = f"No file in {folder} defines a DAG {dag_id!r}."
    if broken:
        told = "\n".join(f"{item.path} could not be read:\n{item.error}" for item in broken[:3])
        sentence += f" {len(broken)} of the files could not be read.\n{told}"
    return sentence


def where(subdir: str | None) -> Path:
    """The file or folder that `--subdir` names. Raises `NotFound`."""
    root = _root()
    if subdir is None:
        return root
    # What 1.x and 2.x wrote into their own command lines.
    text = subdir.replace("DAGS_FOLDER", str(root))
    for path in (Path(text).expanduser(), root / text):
        if path.exists():
            return path.absolute()
    raise NotFound(f"--subdir: there is no file or folder {subdir}.")


def _root() -> Path:
    return get_config().getpath("core", "dags_folder")


def _files(folder: Path) -> Iterator[str]:
    from venturi.dagfiles.scan import find_files

    config = get_config()
    yield from find_files(
        folder,
        syntax=config.get_mandatory_value("core", "dag_ignore_file_syntax"),
        safe_mode=config.getboolean("core", "dag_discovery_safe_mode"),
    )


def _mentions(path: str, dag_id: str) -> bool:
    try:
        return dag_id.encode() in Path(path).read_bytes()
    except OSError:
        return False


def _loaded(paths: Sequence[str] | Iterator[str]) -> LocalDags:
    import airflow  # noqa: F401 - serves the names that DAG files import
    from venturi.runner.importing import import_file
    from venturi.runner.local_code import load_policies, rule_over
    from venturi.sdk.freeze import collect_dags

    root = _root()
    plugins = str(get_config().getpath("core", "plugins_folder"))
    load_policies()
    result = LocalDags({}, [])
    for path in shown(list(paths), "Reading DAG files"):
        inside = Path(path).is_relative_to(root)
        try:
            modules = _already_running(path) or import_file(
                path, str(root if inside else Path(path).parent), plugins
            )
            found = collect_dags(modules, path)
            rule_over(found)
            result.dags.update({dag.dag_id: dag for dag in found})
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            result.broken.append(Broken(path, _story(error)))
    return result


def _already_running(path: str) -> list[ModuleType]:
    """The main module, where it is that very file: `python my_dag.py list_tasks`."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    return [main] if file and os.path.realpath(file) == os.path.realpath(path) else []


def _story(error: BaseException) -> str:
    """What went wrong, beginning in the user's own file."""
    import traceback

    if isinstance(error, VenturiError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"It called sys.exit({error.code!r}) while it was imported."
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/venturi/" not in frame.filename and "<frozen" not in frame.filename
    ]
    told = "".join(traceback.format_list(frames))
    return told + "".join(traceback.format_exception_only(error)).rstrip()
