"""Code of the installation itself: its plugins and its policies.

The base loads it once; `dag.test()` and the commands that read DAG files here load the policies.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from venturi.config.paths import home
from venturi.core.errors import VenturiError
from venturi.plugins.load import load_plugins
from venturi.plugins.policies import DEFAULTS, find_policies

_LOG = logging.getLogger(__name__)


class _Local:
    """What this process, or the base it was forked from, has loaded."""

    policies: Mapping[str, Callable[..., Any]] = DEFAULTS
    #: the home whose policies they are; None before any were looked for
    home: Path | None = None


def load_local_code(plugins: str) -> None:
    """Load plugins and `airflow_local_settings`; what is broken is reported and left out."""
    for error in load_plugins(plugins or None).errors:
        _LOG.error("Plugin %s cannot be used: %s", error.source, error.reason)
    load_policies()


def load_policies() -> None:
    """Load `airflow_local_settings` of this home, unless that has been done; if it is broken, say
    so and rule by nothing."""
    if _Local.home == home():
        return
    _Local.home, _Local.policies = home(), DEFAULTS
    try:
        _Local.policies = find_policies(home())
    except VenturiError as error:
        _LOG.error("%s", error)


def rule_over(dags: Iterable[Any]) -> None:
    """Let the installation's policies change, or refuse, DAGs that a file defines; each DAG once.

    Raises what the policies raise (AirflowClusterPolicyViolation is an import error).
    """
    for dag in dags:
        if getattr(dag, "ruled_over", False):
            continue
        for task in dag.tasks:
            _Local.policies["task_policy"](task)
        _Local.policies["dag_policy"](dag)
        dag.ruled_over = True
