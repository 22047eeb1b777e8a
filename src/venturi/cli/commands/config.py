"""The configuration: one value, all values, what could be better."""

import argparse
import fnmatch
from collections.abc import Iterator

from venturi.cli.session import configured
from venturi.config.conf import HIDDEN, Config
from venturi.config.options import Option, OptionName
from venturi.config.table.all import OPTIONS, options_by_name
from venturi.core.errors import NotFound


def get_value(args: argparse.Namespace) -> None:
    """Print the value of an option, as it is used. Raises `NotFound`."""
    config = configured()
    name = OptionName(args.section.lower(), args.option.lower())
    if name not in options_by_name() and not config.is_set(*name):
        raise NotFound(f"There is no option {name}.{_nearest(name)}")
    print(config.get(*name, fallback="") or "")


def _nearest(name: OptionName) -> str:
    from difflib import get_close_matches

    known = {option.key: option.name for option in OPTIONS}
    near = get_close_matches(name.key, known, n=1)
    return f" Did you mean {known[near[0]]}?" if near else " See: airflow config list"


def list_options(args: argparse.Namespace) -> None:
    """Print all options as an `airflow.cfg` would have them."""
    config = configured()
    found = config.as_dict(display_source=True, display_sensitive=args.show_values)
    wanted = args.section.lower() if args.section else None
    if wanted is not None and wanted not in found:
        raise NotFound(f"There is no section [{wanted}]. See: airflow config list")
    start = "# " if args.comment_out_everything else ""
    known = options_by_name()
    for section, values in found.items():
        if wanted is not None and section != wanted:
            continue
        print(f"[{section}]")
        for key, (value, source) in values.items():
            option = known.get(OptionName(section, key))
            for line in _remarks(option, args):
                print(f"# {line}")
            if args.include_env_vars:
                print(f"# Variable: {OptionName(section, key).variable}")
            if args.include_sources:
                print(f"# Source: {source}")
            print(f"{start}{key} = {_shown(option, value, args.defaults)}".rstrip())
            if args.include_descriptions:
                print()
        print()


def _remarks(option: Option | None, args: argparse.Namespace) -> Iterator[str]:
    import textwrap

    if option is None:
        return
    if args.include_descriptions:
        yield from textwrap.wrap(option.help, 96)
    if args.include_examples and option.example is not None:
        yield f"Example: {option.example}"


def _shown(option: Option | None, value: str, defaults: bool) -> str:
    if defaults and option is not None:
        value = HIDDEN if option.secret else option.default or ""
    return value.replace("\n", "\n    ")


def lint(args: argparse.Namespace) -> None:
    """Say which old, unused or shadowed options there are."""
    config = configured_quietly()
    lines = [
        notice.text
        for notice in config.notices
        if _is_wanted(f"{notice.short} {notice.text}", args)
    ]
    if not lines:
        print("No issues found in your airflow.cfg. It is ready for use.")
        return
    print(f"Found {len(lines)} things worth a look in {config.file}:\n")
    for line in lines:
        print(f"  - {line}")


def configured_quietly() -> Config:
    """The configuration; its notices are what the caller prints."""
    from venturi.config import get_config
    from venturi.config.write import write_first_config

    write_first_config()
    return get_config()


def _is_wanted(text: str, args: argparse.Namespace) -> bool:
    def names(patterns: list[str] | None, form: str) -> bool:
        return any(fnmatch.fnmatch(text, form.format(pattern)) for pattern in patterns or ())

    if names(args.ignore_section, "*[[]{}[]]*") or names(args.ignore_option, "*] {}*"):
        return False
    if args.section and not names(args.section, "*[[]{}[]]*"):
        return False
    return not args.option or names(args.option, "*] {}*")
