"""`params` of an attempt: the DAG's, then the task's, then the conf the run was triggered with."""

from collections.abc import Mapping
from typing import Any

from venturi.config import get_config
from venturi.sdk.param import ParamsDict


def merged_params(dag: Any, task: Any, conf: Mapping[str, Any] | None) -> dict[str, Any]:
    """Plain values, validated against their schemas. Raises `ParamValidationError`.

    Conf counts only while the option `[core] dag_run_conf_overrides_params` is on.
    """
    params = ParamsDict()
    for owner in (dag, task):
        found = getattr(owner, "params", None)
        if found:
            params.update(found)
    if conf and get_config().getboolean("core", "dag_run_conf_overrides_params"):
        params.update(conf)
    return dict(params.validate()) if params else {}
