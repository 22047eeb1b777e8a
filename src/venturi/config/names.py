"""What a name in `airflow.cfg` or the environment stands for, and what was meant by a wrong one."""

from collections.abc import Collection
from typing import NamedTuple

from venturi.config.entries import How
from venturi.config.options import Option, OptionName
from venturi.config.table.all import options_by_name, sections
from venturi.config.table.unused import UNUSED, USED_FREE_SECTIONS, is_free, unused_names

_SUFFIXES: tuple[tuple[str, How], ...] = (("_cmd", "command"), ("_secret", "secret"))


class Meaning(NamedTuple):
    """What a name stands for; `option` is None for a name that is only kept for who asks."""

    name: OptionName
    option: Option | None
    how: How = "value"
    #: Known to Airflow, ignored here.
    unused: bool = False
    #: Said under an old name.
    renamed: bool = False


class UnknownName(Exception):
    """A name that no line of Airflow has; `str(error)` says what may have been meant."""


def meaning_of(name: OptionName, extra_sections: Collection[str]) -> Meaning:
    """What `name` stands for. Raises `UnknownName`."""
    options = options_by_name()
    option = options.get(name)
    if option is not None:
        return Meaning(option.name, option, renamed=name != option.name)
    for suffix, how in _SUFFIXES:
        if not name.key.endswith(suffix):
            continue
        plain = OptionName(name.section, name.key.removesuffix(suffix))
        option = options.get(plain)
        if option is not None and option.secret:
            return Meaning(option.name, option, how, renamed=plain != option.name)
        if option is not None:
            raise UnknownName(
                f"{name} is not an option: {option.name} is no secret and is set directly."
            )
        if plain in unused_names():
            return Meaning(name, None, unused=True)
    if name.section in extra_sections or name.section in USED_FREE_SECTIONS:
        return Meaning(name, None)
    if name in unused_names() or is_free(name.section):
        return Meaning(name, None, unused=True)
    raise UnknownName(f"{name} is not an option{_meant(name)}")


def _meant(name: OptionName) -> str:
    """The end of the sentence: the closest known option and, for a foreign section, the way out."""
    known_section = name.section in sections() or name.section in UNUSED
    closest = closest_option(name)
    guess = f"; did you mean {closest}?" if closest is not None else "."
    if known_section:
        return guess
    return (
        f", and no section is called [{name.section}]{guess} If it belongs to a plugin of yours, "
        f"write `extra_sections = {name.section}` under [venturi]."
    )


def closest_option(name: OptionName) -> OptionName | None:
    """The option that was most likely meant by `name`, under its present name."""
    import difflib

    options = options_by_name()
    namesakes = {known.section: known for known in options if known.key == name.key}
    if namesakes:
        close = difflib.get_close_matches(name.section, namesakes, 1, 0.0)
        return options[namesakes[close[0]]].name
    for section in dict.fromkeys((name.section, *_alike(name.section), *sections())):
        by_key = {known.key: known for known in options if known.section == section}
        near = 0.75 if section == name.section else 0.85
        close = difflib.get_close_matches(name.key, by_key, 1, near)
        if close:
            return options[by_key[close[0]]].name
    whole = {str(known): known for known in options}
    # Within a section that exists something is always closest; a foreign one may be all foreign.
    near = 0.0 if name.section in sections() else 0.7
    close = difflib.get_close_matches(str(name), whole, 1, near)
    return options[whole[close[0]]].name if close else None


def _alike(section: str) -> list[str]:
    import difflib

    return difflib.get_close_matches(section, sections(), 2, 0.6)
