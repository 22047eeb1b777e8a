"""The scenarios, by name."""

from tests.torture.amnesia import forget_everything
from tests.torture.blackholes import swallow
from tests.torture.crashes import crash_everywhere
from tests.torture.disks import fill_the_disk
from tests.torture.files import keep_moving, poison
from tests.torture.freezes import freeze_and_thaw
from tests.torture.giants import push_and_pull
from tests.torture.kills import kill_at_random
from tests.torture.links import cut_the_link
from tests.torture.locks import grind
from tests.torture.outages import fall_silent, lose_acknowledgements, restart_at_random
from tests.torture.plan import CELERY, QUEUES, SERVERS, Scenario
from tests.torture.redelivery import redeliver_everything
from tests.torture.starvation import starve
from tests.torture.storms import hold_the_file, overload

SCENARIOS: dict[str, Scenario] = {
    each.name: each
    for each in (
        Scenario(
            *("T01", "what is delivered again starts nothing", redeliver_everything),
            *(SERVERS, CELERY),
        ),
        Scenario(
            *("T02", "killed tasks and runners cost one try each, visibly", kill_at_random),
            queues=QUEUES,
        ),
        Scenario("T03", "a broker that forgets loses nothing", forget_everything, SERVERS, CELERY),
        Scenario(
            *("T04", "a stopped runner is late and nothing else", freeze_and_thaw), queues=QUEUES
        ),
        Scenario(
            *("T05", "a death at any point loses and repeats nothing", crash_everywhere),
            queues=QUEUES,
        ),
        Scenario(
            *("T06", "a database that restarts loses nothing", restart_at_random),
            *(SERVERS, QUEUES),
        ),
        Scenario(
            *("T07", "a database that falls silent stops nobody", fall_silent),
            *(SERVERS, QUEUES),
        ),
        Scenario("T08", "a broker that takes nothing is waited for", swallow, SERVERS, CELERY),
        Scenario(
            *("T09", "a lost acknowledgement changes nothing", lose_acknowledgements),
            *(SERVERS, QUEUES),
        ),
        Scenario(
            *("T10", "a machine that is too slow loses no living task", overload), queues=QUEUES
        ),
        Scenario("T14", "hostile files harm themselves", poison),
        Scenario("T16", "a full side never holds up a free one", starve),
        Scenario("T17", "others' locks fail nothing", grind, SERVERS),
        Scenario("T18", "a full disk of logs stops nothing", fill_the_disk),
        Scenario("T19", "a file that others hold is waited for", hold_the_file, ("sqlite",)),
        Scenario("T20", "a run is not hurt by what happens to its file", keep_moving),
        Scenario("T22", "XComs of every size come back or are refused", push_and_pull),
        Scenario("T26", "a link that is cut costs nothing", cut_the_link, SERVERS, CELERY),
    )
}
