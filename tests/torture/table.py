"""The scenarios, by name."""

from tests.torture.amnesia import forget_everything
from tests.torture.blackholes import swallow
from tests.torture.brokers import CELERY, QUEUES
from tests.torture.crashes import crash_everywhere
from tests.torture.disks import fill_the_disk
from tests.torture.files import keep_moving, poison
from tests.torture.freezes import freeze_and_thaw
from tests.torture.giants import push_and_pull
from tests.torture.hauls import haul
from tests.torture.kills import kill_at_random
from tests.torture.links import cut_the_link
from tests.torture.locks import grind
from tests.torture.outages import fall_silent, lose_acknowledgements, restart_at_random
from tests.torture.plan import PLAIN, SERVERS, Scenario
from tests.torture.redelivery import redeliver_everything
from tests.torture.skews import skew
from tests.torture.soak import soak
from tests.torture.starvation import starve
from tests.torture.storms import hold_the_file, overload
from tests.torture.transitions import change_clocks
from tests.torture.waiters import wait_for_triggers
from tests.torture.watchdogs import freeze

#: Those whose tasks run once more on workers, over each kind of broker.
WITH_WORKERS = {"T02", "T04", "T05", "T06", "T07", "T09", "T10"}
BROKERS = (
    Scenario("T01", "what is delivered again starts nothing", redeliver_everything),
    Scenario("T03", "a broker that forgets loses nothing", forget_everything),
    Scenario("T08", "a broker that takes nothing is waited for", swallow),
    Scenario("T26", "a link that is cut costs nothing", cut_the_link),
)

SCENARIOS: dict[str, Scenario] = {
    each.name: each
    for each in (
        Scenario("T02", "killed tasks and runners cost one try each, visibly", kill_at_random),
        Scenario("T04", "a stopped runner is late and nothing else", freeze_and_thaw),
        Scenario("T05", "a death at any point loses and repeats nothing", crash_everywhere),
        Scenario("T06", "a database that restarts loses nothing", restart_at_random, SERVERS),
        Scenario("T07", "a database that falls silent stops nobody", fall_silent, SERVERS),
        Scenario("T09", "a lost acknowledgement changes nothing", lose_acknowledgements, SERVERS),
        Scenario("T10", "a machine that is too slow loses no living task", overload),
        Scenario("T11", "clocks that differ or are set change no run", skew, SERVERS),
        Scenario("T12", "a task of two days and a wait of one are neither killed", haul),
        Scenario("T13", "an event resumes its task, whoever is killed", wait_for_triggers),
        Scenario("T14", "hostile files harm themselves", poison),
        Scenario("T15", "a scheduler that hangs is told of and replaced, alone", freeze, PLAIN),
        Scenario("T16", "a full side never holds up a free one", starve),
        Scenario("T17", "others' locks fail nothing", grind, SERVERS),
        Scenario("T18", "a full disk of logs stops nothing", fill_the_disk),
        Scenario("T19", "a file that others hold is waited for", hold_the_file, ("sqlite",)),
        Scenario("T20", "a run is not hurt by what happens to its file", keep_moving),
        Scenario("T21", "days on which clocks change have their runs, once", change_clocks),
        Scenario("T22", "XComs of every size come back or are refused", push_and_pull),
        Scenario("T25", "everything at once, and nothing grows", soak),
    )
}
SCENARIOS |= {name: SCENARIOS[name]._replace(queues=QUEUES) for name in WITH_WORKERS}
SCENARIOS |= {each.name: each._replace(backends=SERVERS, queues=CELERY) for each in BROKERS}
