"""Which tasks stand in a task group."""

from tests import make
from venturi.spec.groups import tasks_in_group
from venturi.spec.model import GroupSpec

SPEC = make.dag(
    make.task("first"),
    make.task("g.a"),
    make.task("g.in.b"),
    make.task("g.c"),
    groups=(
        GroupSpec(group_id="g", children=("g.a", "g.in", "g.c")),
        GroupSpec(group_id="g.in", parent="g", children=("g.in.b",)),
    ),
)


def test_tasks_of_groups_in_it_stand_in_a_group_too() -> None:
    assert tasks_in_group(SPEC, "g") == ("g.a", "g.in.b", "g.c")
    assert tasks_in_group(SPEC, "g.in") == ("g.in.b",)


def test_a_task_is_no_group() -> None:
    assert tasks_in_group(SPEC, "first") is None
