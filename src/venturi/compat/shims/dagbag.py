"""`DagBag`: DAG files read in this process, for scripts and for people's tests of their DAGs."""

import os
from pathlib import Path
from typing import Any, NamedTuple

from venturi.compat.shims.files import list_py_file_paths
from venturi.core.clock import Clock, SystemClock


class FileLoadStat(NamedTuple):
    """How the reading of a file went."""

    file: str
    duration: float
    dag_num: int
    task_num: int
    dags: str


class DagBag:
    """Every DAG of a folder or a file (default: `[core] dags_folder`).

    `dags` has them by id; `import_errors` says by file what stood in the way. The engine itself
    reads files in processes of their own; here they are imported where you are.
    """

    def __init__(
        self,
        dag_folder: str | os.PathLike[str] | None = None,
        include_examples: bool = False,
        safe_mode: bool = True,
        read_dags_from_db: bool = False,
        store_serialized_dags: bool | None = None,
        load_op_links: bool = True,
        collect_dags: bool = True,
        clock: Clock | None = None,
        **_: Any,
    ) -> None:
        self.dag_folder = str(dag_folder) if dag_folder is not None else _dags_folder()
        self.dags: dict[str, Any] = {}
        self.import_errors: dict[str, str] = {}
        self.dagbag_stats: list[FileLoadStat] = []
        self._clock = clock or SystemClock()
        if collect_dags:
            self.collect_dags(self.dag_folder, safe_mode=safe_mode)

    def collect_dags(
        self,
        dag_folder: str | os.PathLike[str] | None = None,
        only_if_updated: bool = True,
        include_examples: bool = False,
        safe_mode: bool = True,
    ) -> None:
        """Read every DAG file of the folder."""
        folder = Path(dag_folder if dag_folder is not None else self.dag_folder).expanduser()
        for file in list_py_file_paths(folder, safe_mode=safe_mode):
            self.process_file(file, root=str(folder))

    def process_file(
        self, filepath: str, only_if_updated: bool = True, safe_mode: bool = True, root: str = ""
    ) -> list[Any]:
        """Read one file; the DAGs it defines."""
        from venturi.runner.importing import import_file
        from venturi.sdk.freeze import collect_dags

        began = self._clock.monotonic()
        path = str(filepath)
        try:
            found = collect_dags(import_file(path, root if Path(root).is_dir() else ""), path)
            for dag in found:
                self.bag_dag(dag)
        except (Exception, SystemExit) as error:
            self.import_errors[path] = f"{type(error).__name__}: {error}"
            return []
        self.import_errors.pop(path, None)
        self.dagbag_stats.append(
            FileLoadStat(
                file=path,
                duration=self._clock.monotonic() - began,
                dag_num=len(found),
                task_num=sum(len(dag.tasks) for dag in found),
                dags=str([dag.dag_id for dag in found]),
            )
        )
        return found

    def bag_dag(self, dag: Any, root_dag: Any = None) -> None:
        """Add a DAG. Raises `AirflowDagDuplicatedIdException` for an id from another file."""
        from venturi.sdk.exceptions import AirflowDagDuplicatedIdException

        other = self.dags.get(dag.dag_id)
        if other is not None and other is not dag and other.fileloc != dag.fileloc:
            raise AirflowDagDuplicatedIdException(dag.dag_id, dag.fileloc, other.fileloc)
        self.dags[dag.dag_id] = dag

    def get_dag(self, dag_id: str, session: Any = None) -> Any:
        """The DAG of that id, or None."""
        return self.dags.get(dag_id)

    @property
    def dag_ids(self) -> list[str]:
        """The ids of all DAGs."""
        return list(self.dags)

    def size(self) -> int:
        """How many DAGs there are."""
        return len(self.dags)

    def dagbag_report(self) -> str:
        """How the reading of each file went, as a table, slowest first."""
        rows = sorted(self.dagbag_stats, key=lambda stat: -stat.duration)
        lines = [
            f"DagBag loading stats for {self.dag_folder}",
            f"Number of DAGs: {self.size()}",
            f"Total task number: {sum(stat.task_num for stat in rows)}",
            f"Total parse time: {sum(stat.duration for stat in rows):.3f} s",
            f"{'seconds':>8} {'dags':>5} {'tasks':>6}  file",
        ]
        lines += [
            f"{stat.duration:8.3f} {stat.dag_num:5} {stat.task_num:6}  {stat.file}" for stat in rows
        ]
        return "\n".join(lines)


def _dags_folder() -> str:
    from venturi.config import get_config

    return str(get_config().get("core", "dags_folder"))
