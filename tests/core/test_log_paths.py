"""Where logs lie: what is deleted by a path must not lead anywhere else."""

import pytest

from venturi.core.errors import InvalidInput
from venturi.core.log_paths import log_path, run_folder


def test_the_folder_of_a_run_holds_the_logs_of_its_attempts() -> None:
    folder = run_folder("etl", "manual__2026-01-01T00:00:00+00:00")
    assert folder == "dag_id=etl/run_id=manual__2026-01-01T00:00:00+00:00"
    path = log_path("etl", "manual__2026-01-01T00:00:00+00:00", "load", 3, 2)
    assert path == f"{folder}/task_id=load/map_index=3/attempt=2.log"


@pytest.mark.parametrize(("dag_id", "run_id"), [("../etl", "r"), ("etl", "../../.."), ("etl", "")])
def test_no_folder_is_named_by_ids_that_lead_elsewhere(dag_id: str, run_id: str) -> None:
    with pytest.raises(InvalidInput):
        run_folder(dag_id, run_id)
