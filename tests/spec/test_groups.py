"""What is in a task group."""

import pytest

from tests import make
from venturi.spec.codec import encode, mentions
from venturi.spec.groups import tasks_within
from venturi.spec.model import GroupSpec

SPEC = make.dag(
    make.task("out.in.b", group="out.in"),
    make.task("alone"),
    make.task("out.a", group="out"),
    make.task("other.a", group="other"),
    groups=(
        GroupSpec(group_id="out"),
        GroupSpec(group_id="out.in", parent="out"),
        GroupSpec(group_id="other"),
        GroupSpec(group_id="bare"),
    ),
)


@pytest.mark.parametrize(
    ("group_id", "tasks"),
    [
        ("out", ("out.in.b", "out.a")),
        ("out.in", ("out.in.b",)),
        ("other", ("other.a",)),
        ("bare", ()),
        ("ou", None),
        ("alone", None),
    ],
)
def test_a_group_has_its_tasks_and_those_of_groups_within(
    group_id: str, tasks: tuple[str, ...] | None
) -> None:
    assert tasks_within(SPEC, group_id) == tasks


def test_what_a_description_has_in_it_is_told_before_it_is_decoded() -> None:
    data = encode(make.dag(groups=(GroupSpec(group_id='sö "x"'), GroupSpec(group_id="out.in"))))
    assert mentions(data, 'sö "x"')
    assert mentions(data, "out.in")
    assert not mentions(data, "out")
