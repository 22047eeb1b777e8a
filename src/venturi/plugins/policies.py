"""`airflow_local_settings`: functions by which an installation rules over DAGs and tasks.

The module is looked for in `$AIRFLOW_HOME/config` and then on `sys.path`, as Airflow's users know
it. It may define any of the functions of `DEFAULTS`; 1.x's `policy(task)` counts as `task_policy`.
"""

import importlib.util
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from venturi.core.errors import VenturiError

MODULE = "airflow_local_settings"

Policy = Callable[..., Any]


class LocalSettingsBroken(VenturiError):
    """airflow_local_settings exists, but cannot be imported."""


def _nothing(*_: Any, **__: Any) -> None:
    return None


def _no_variables(_: Any) -> dict[str, str]:
    return {}


def _import_timeout(_: str) -> float:
    from venturi.config import get_config

    return get_config().getfloat("core", "dagbag_import_timeout")


#: What each function does when an installation does not define it.
DEFAULTS: Mapping[str, Policy] = MappingProxyType(
    {
        "task_policy": _nothing,
        "dag_policy": _nothing,
        "task_instance_mutation_hook": _nothing,
        "pod_mutation_hook": _nothing,
        "get_airflow_context_vars": _no_variables,
        "get_dagbag_import_timeout": _import_timeout,
    }
)


def find_policies(home: str | os.PathLike[str]) -> Mapping[str, Policy]:
    """Every policy function by name: the installation's own, else one that does nothing.

    Runs the installation's code: called by the runner, never by an import. Raises
    `LocalSettingsBroken`.
    """
    module = _local_settings(Path(home))
    own = {name: getattr(module, name) for name in DEFAULTS if hasattr(module, name)}
    if "task_policy" not in own and hasattr(module, "policy"):
        own["task_policy"] = module.policy  # type: ignore[union-attr]
    found = {**DEFAULTS, **own}
    return MappingProxyType({**found, "policy": found["task_policy"]})


def _local_settings(home: Path) -> ModuleType | None:
    file = home / "config" / f"{MODULE}.py"
    if file.is_file():
        spec = importlib.util.spec_from_file_location(MODULE, file)
    else:
        spec = importlib.util.find_spec(MODULE)
    if spec is None or spec.loader is None:
        return None
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise LocalSettingsBroken(
            f"{spec.origin} cannot be imported: {type(error).__name__}: {error}"
        ) from error
    return module
