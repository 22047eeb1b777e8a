"""The rows of every family together, and the look-up by every name an option ever had."""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from venturi.config.options import Option, OptionName
from venturi.config.table import (
    access,
    celery,
    core,
    database,
    defaults,
    limits,
    logs,
    mail,
    metrics,
    oidc,
    parsing,
    scheduler,
    tasks,
    web,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Every option that means something to Venturi, in the order of the documentation.
OPTIONS: tuple[Option, ...] = (
    *core.OPTIONS,
    *defaults.OPTIONS,
    *parsing.OPTIONS,
    *database.OPTIONS,
    *scheduler.OPTIONS,
    *web.OPTIONS,
    *access.OPTIONS,
    *oidc.OPTIONS,
    *logs.OPTIONS,
    *mail.OPTIONS,
    *celery.OPTIONS,
    *tasks.OPTIONS,
    *metrics.OPTIONS,
    *limits.OPTIONS,
)


@cache
def options_by_name() -> "Mapping[OptionName, Option]":
    """Each option under its present name and under every old one."""
    table = {option.name: option for option in OPTIONS}
    for option in OPTIONS:
        for section, key in option.old_names:
            table[OptionName(section, key)] = option
    return MappingProxyType(table)


@cache
def sections() -> tuple[str, ...]:
    """Sections with options that mean something, in the order of the documentation."""
    return tuple(dict.fromkeys(option.section for option in OPTIONS))
