"""Setup and teardown blocks: `with setup_task:` puts what is made inside after the setup."""

from typing import Any

from venturi.sdk.exceptions import AirflowException
from venturi.sdk.node import Node, link
from venturi.sdk.scope import Block, blocks, enter_block, leave_block


def note_work(task: Node) -> None:
    """A task was made: it is work of the blocks we are in."""
    for block in blocks():
        if not any(task is each for each in block.around):
            block.work.append(task)


def begin(tasks: Any) -> None:
    """`with tasks:` begins: setups come before what the block makes, teardowns after.

    The setups of a teardown, and the teardowns of a setup, belong to its block too.
    """
    found = [tasks] if isinstance(tasks, Node) else list(tasks)
    around: list[Node] = []
    for each in found:
        if not each.is_setup and not each.is_teardown:
            raise AirflowException(
                f"Only a setup or teardown task opens a `with` block; task {each.task_id!r} is "
                "neither: call .as_setup() or .as_teardown() on it."
            )
        partners = each.upstream_list if each.is_teardown else each.downstream_list
        tied = [other for other in partners if other.is_setup != each.is_setup]
        wanted = [each, *(other for other in tied if other.is_setup or other.is_teardown)]
        around += [other for other in wanted if not any(other is known for known in around)]
    enter_block(Block(around))


def end() -> None:
    """`with tasks:` ends: its first tasks follow the setups, the teardowns follow its last."""
    block = leave_block()
    inside = {task.task_id for task in block.work}
    first = [task for task in block.work if not task.upstream_task_ids & inside]
    last = [task for task in block.work if not task.downstream_task_ids & inside]
    for each in block.around:
        if each.is_setup:
            link(each, [task for task in first if task is not each])
        else:
            link([task for task in last if task is not each], each)
