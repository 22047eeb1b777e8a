"""What the configuration says about limits, in the form that questions about them take."""

from venturi.config import Config
from venturi.decide.views import Limits
from venturi.executors.table import executor_kinds, remote_names
from venturi.store.queries.why import Installed


def limits_of(conf: Config) -> Limits:
    """The limits that the engine decides with."""
    return Limits(
        parallelism=conf.getint("core", "parallelism"),
        max_map_length=conf.getint("core", "max_map_length"),
        check_slas=conf.getboolean("core", "check_slas"),
    )


def installed(conf: Config) -> Installed:
    """The limits of the installation that `conf` describes. Raises `InvalidInput`."""
    parallelism = conf.getint("core", "parallelism")
    kinds = executor_kinds(conf.get_mandatory_value("core", "executor"))
    limits = limits_of(conf)
    grace = conf.getfloat("scheduler", "scheduler_health_check_threshold")
    places = next(iter(kinds.values())).capacity or parallelism
    return Installed(limits, places, grace, remote_names(kinds))
