"""Where in a DAG file we are: inside which `with DAG(...)`, which group, which setup's block."""

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG
    from venturi.sdk.node import Node
    from venturi.sdk.taskgroup import TaskGroup

_dags: ContextVar[tuple["DAG", ...]] = ContextVar("dags", default=())
_groups: ContextVar[tuple["TaskGroup", ...]] = ContextVar("groups", default=())
_blocks: ContextVar[tuple["Block", ...]] = ContextVar("blocks", default=())
_registered: ContextVar[tuple["DAG", ...]] = ContextVar("registered", default=())


class Block:
    """A `with setup_task:` block: the setups and teardowns around it, and the work inside."""

    __slots__ = ("around", "work")

    def __init__(self, around: list["Node"]) -> None:
        self.around = around
        self.work: list[Node] = []


def enter_dag(dag: "DAG") -> None:
    """`dag` is the current one until `leave_dag`."""
    _dags.set((*_dags.get(), dag))


def leave_dag() -> "DAG":
    """The DAG before is the current one again; a DAG left this way registers itself."""
    *before, dag = _dags.get()
    _dags.set(tuple(before))
    if dag.auto_register:
        found = _registered.get()
        if not any(dag is each for each in found):
            _registered.set((*found, dag))
    return dag


def current_dag() -> "DAG | None":
    """The DAG of the innermost `with DAG(...)` block."""
    stack = _dags.get()
    return stack[-1] if stack else None


def enter_group(group: "TaskGroup") -> None:
    """`group` is the current one until `leave_group`."""
    _groups.set((*_groups.get(), group))


def leave_group() -> None:
    """The group before is the current one again."""
    _groups.set(_groups.get()[:-1])


def current_group(dag: "DAG | None") -> "TaskGroup | None":
    """The group of `dag` that a new task of it joins: the innermost block's, else the root."""
    stack = _groups.get()
    if stack and (dag is None or stack[-1].dag is dag):
        return stack[-1]
    return dag.task_group if dag is not None else None


def enter_block(block: Block) -> None:
    """New tasks are the work of `block` until `leave_block`."""
    _blocks.set((*_blocks.get(), block))


def leave_block() -> Block:
    """The end of the innermost block, which is returned."""
    *before, block = _blocks.get()
    _blocks.set(tuple(before))
    return block


def blocks() -> tuple[Block, ...]:
    """The blocks we are in, innermost last."""
    return _blocks.get()


def taken_registered() -> tuple["DAG", ...]:
    """The DAGs that have registered themselves since this was last asked."""
    found = _registered.get()
    _registered.set(())
    return found
