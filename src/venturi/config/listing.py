"""The configuration as text in the form of `airflow.cfg`, for `airflow config list`."""

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from venturi.config.conf import Config
from venturi.config.options import GENERATED, Option, OptionName
from venturi.config.table.all import options_by_name


class Listing(NamedTuple):
    """What a listing shows besides `key = value`."""

    #: The only section to show; None shows all.
    section: str | None = None
    descriptions: bool = False
    examples: bool = False
    #: Where each value comes from.
    sources: bool = False
    #: The environment variable that sets each option.
    variables: bool = False
    #: Put `#` before each option, so that the text sets nothing.
    commented: bool = False
    #: Show the defaults instead of the values in force.
    defaults: bool = False
    #: Show secrets too.
    sensitive: bool = False


def listed(conf: Config, listing: Listing) -> str:
    """The options of `conf` with a value, by section, as `listing` asks."""
    blocks = []
    for section in conf.sections():
        if listing.section in {None, section}:
            names = [OptionName(section, key) for key in conf.options(section)]
            lines = [line for name in names for line in _lines(conf, name, listing)]
            if lines:
                blocks.append("\n".join([f"[{section}]", *lines]) + "\n")
    return "\n".join(blocks)


def _lines(conf: Config, name: OptionName, listing: Listing) -> Iterator[str]:
    option = options_by_name().get(name)
    text = _default(option) if listing.defaults else conf.shown(name, listing.sensitive)
    if text is None and not (listing.descriptions or listing.commented):
        return
    if option is not None and listing.descriptions:
        yield from (f"# {line}" for line in textwrap.wrap(option.help, 96))
    if option is not None and listing.examples and option.example is not None:
        yield f"# Example: {option.example}"
    if listing.variables:
        yield f"# Variable: {name.variable}"
    if listing.sources:
        yield f"# Source: {conf.source(*name)}"
    mark = "# " if listing.commented or text is None else ""
    value = (text or "").replace("%", "%%").replace("\n", "\n    ")
    yield f"{mark}{name.key} = {value}".rstrip()


def _default(option: Option | None) -> str | None:
    if option is None or option.default == GENERATED:
        return None
    return option.default
