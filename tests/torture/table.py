"""The scenarios, by name."""

from tests.torture.crashes import crash_everywhere
from tests.torture.plan import Scenario
from tests.torture.starvation import starve

SCENARIOS: dict[str, Scenario] = {
    each.name: each
    for each in (
        Scenario("T05", "a death at any point loses and repeats nothing", crash_everywhere),
        Scenario("T16", "a full side never holds up a free one", starve, quick=60, full=400),
    )
}
