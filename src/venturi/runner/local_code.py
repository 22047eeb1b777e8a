"""Code of the installation itself: its plugins and its policies. Loaded once, in the base."""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from venturi.config.paths import home
from venturi.core.errors import VenturiError
from venturi.plugins.load import load_plugins
from venturi.plugins.policies import DEFAULTS, find_policies

_LOG = logging.getLogger(__name__)


class _Local:
    """What the base has loaded; its children inherit it."""

    policies: Mapping[str, Callable[..., Any]] = DEFAULTS


def load_local_code(plugins: str) -> None:
    """Load plugins and `airflow_local_settings`; what is broken is reported and left out."""
    for error in load_plugins(plugins or None).errors:
        _LOG.error("Plugin %s cannot be used: %s", error.source, error.reason)
    try:
        _Local.policies = find_policies(home())
    except VenturiError as error:
        _LOG.error("%s", error)


def rule_over(dags: Iterable[Any]) -> None:
    """Let the installation's policies change, or refuse, DAGs that a file defines.

    Raises what the policies raise (AirflowClusterPolicyViolation is an import error).
    """
    for dag in dags:
        for task in dag.tasks:
            _Local.policies["task_policy"](task)
        _Local.policies["dag_policy"](dag)
