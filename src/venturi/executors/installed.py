"""What the configuration says about limits, in the form that questions about them take."""

from venturi.config import Config
from venturi.decide.views import Limits
from venturi.executors.table import executor_kind
from venturi.store.queries.why import Installed


def installed(conf: Config) -> Installed:
    """The limits of the installation that `conf` describes. Raises `InvalidInput`."""
    parallelism = conf.getint("core", "parallelism")
    kind = executor_kind(conf.get_mandatory_value("core", "executor"))
    limits = Limits(parallelism=parallelism, max_map_length=conf.getint("core", "max_map_length"))
    grace = conf.getfloat("scheduler", "scheduler_health_check_threshold")
    return Installed(limits, kind.capacity or parallelism, grace)
