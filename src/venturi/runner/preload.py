"""What every DAG file and task needs is imported once, in the process that all others fork from."""

import importlib
import logging

#: Imported in the base. Heavy libraries of users are not here: a host imports them for its file.
MODULES = (
    "airflow",
    "airflow.sdk",
    "decimal",
    "pendulum",
    "jinja2",
    "jinja2.sandbox",
    "venturi.batteries.operators.bash",
    "venturi.batteries.operators.branch",
    "venturi.batteries.operators.empty",
    "venturi.batteries.operators.python",
    "venturi.runner.attempt",
    "venturi.runner.callbacks",
    "venturi.runner.task",
    "venturi.runner.tasklog",
    "venturi.sdk.dag",
    "venturi.sdk.freeze",
    "venturi.sdk.mapping",
    "venturi.sdk.operator",
    "venturi.sdk.param",
    "venturi.sdk.taskflow",
    "venturi.sdk.taskgroup",
    "venturi.sdk.template",
    "venturi.sdk.template_context",
)


def preload() -> None:
    """Import `MODULES`; one that fails is left to whoever needs it, which then hears why."""
    for name in MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            logging.getLogger(__name__).warning("%s is not preloaded: %s", name, error)
