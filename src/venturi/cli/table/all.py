"""Every command, in the order in which the help shows them."""

from venturi.cli.table import (
    about,
    accounts,
    backfill,
    celery,
    dags,
    db,
    later,
    people,
    questions,
    services,
    tasks,
)
from venturi.cli.table.model import Command

COMMANDS: tuple[Command, ...] = (
    *services.COMMANDS,
    *db.COMMANDS,
    *dags.COMMANDS,
    *backfill.COMMANDS,
    *tasks.COMMANDS,
    *questions.COMMANDS,
    *people.COMMANDS,
    *accounts.COMMANDS,
    *celery.COMMANDS,
    *about.COMMANDS,
    *later.COMMANDS,
)

#: What a group of commands is about.
GROUPS = {
    "db": "The metadata database",
    "dags": "DAGs and their runs",
    "backfill": "Backfills: past dates of a DAG",
    "tasks": "Tasks and task instances",
    "pools": "Pools: slots that tasks share",
    "variables": "Variables that tasks read",
    "connections": "Connections: where tasks find other systems",
    "users": "Who may sign in",
    "roles": "What users may do",
    "providers": "Provider packages",
    "jobs": "Processes of the engine",
    "config": "The configuration",
    "celery": "Celery workers",
}
