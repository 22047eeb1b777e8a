"""`get_parsing_context`: whether a file is being read for one DAG and one task only."""

from contextvars import ContextVar
from typing import NamedTuple


class ParsingContext(NamedTuple):
    """The DAG and the task that a file is read for; None when it is read for all it defines."""

    dag_id: str | None = None
    task_id: str | None = None


#: Set by whoever imports a file for a single attempt.
parsing_context: ContextVar[ParsingContext] = ContextVar(
    "parsing_context",
    default=ParsingContext(),  # noqa: B039 - a tuple never changes
)


def get_parsing_context() -> ParsingContext:
    """What the file is being read for; lets a file that makes many DAGs make just one."""
    return parsing_context.get()
