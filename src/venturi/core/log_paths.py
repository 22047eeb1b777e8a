"""Where the log of an attempt lies, below the log folder."""

from venturi.core.run_ids import check_id, check_run_id


def log_path(dag_id: str, run_id: str, task_id: str, map_index: int, try_number: int) -> str:
    """The relative path of an attempt's log, in Airflow's layout.

    The ids have been checked (`core.run_ids`): none of them can leave the log folder.
    """
    index = f"map_index={map_index}/" if map_index >= 0 else ""
    return f"dag_id={dag_id}/run_id={run_id}/task_id={task_id}/{index}attempt={try_number}.log"


def run_folder(dag_id: str, run_id: str) -> str:
    """The relative path of the folder with all logs of a run.

    It is used to delete by: raises `InvalidInput` for ids that could lead elsewhere.
    """
    return f"dag_id={check_id('DAG id', dag_id)}/run_id={check_run_id(run_id)}"
