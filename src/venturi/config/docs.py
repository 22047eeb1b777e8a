"""`docs/configuration.md` from the table: `python -m venturi.config.docs docs/configuration.md`."""

import sys
from collections.abc import Iterator
from pathlib import Path

from venturi.config.options import GENERATED, Option
from venturi.config.table.all import OPTIONS, sections
from venturi.config.table.unused import FREE_SECTIONS, UNUSED, USED_FREE_SECTIONS

_HEAD = """\
# Configuration

<!-- Made from the table of options by `python -m venturi.config.docs`; change the table. -->

Venturi reads `airflow.cfg` as Airflow's users know it. The file lies in the home folder
(`AIRFLOW_HOME`, default `~/airflow`); `AIRFLOW_CONFIG` names another. The first command writes a
short one with comments and fresh keys, readable by you only; an existing file is never touched.

For each option the first of these counts:

1. the environment variable `AIRFLOW__SECTION__KEY`, for example `AIRFLOW__CORE__PARALLELISM`;
2. for secrets, `AIRFLOW__SECTION__KEY_CMD`: a command that prints the value;
3. for secrets, `AIRFLOW__SECTION__KEY_SECRET`: the name under which the secrets backend keeps it;
4. `key = value` in the file;
5. for secrets, `key_cmd = command` and `key_secret = name` in the file;
6. the default.

Names that an option had in Airflow 1.x or 2.x go on working everywhere, with one notice of the
present name. In the file, `%` in a value is a plain `%`, and `%%` is one too. A leading `~`,
`$NAME` and `{AIRFLOW_HOME}` are replaced. An unknown option or a value that does not fit stops the
command with the line and the closest option; options that Airflow knows and Venturi does not need
are listed once and ignored. Sections of your own plugins are announced in `[venturi]
extra_sections`.

SQLite, MySQL/MariaDB and PostgreSQL URLs work in any spelling (`mysql+mysqldb://`,
`postgres+psycopg2://`, ...). A relative SQLite path counts from the home folder.
"""

_TYPES = {
    "string": "text",
    "integer": "whole number",
    "float": "number",
    "boolean": "True or False",
    "list": "list",
    "json": "JSON",
    "path": "path",
    "import": "dotted name",
    "duration": "seconds",
}


def configuration_page() -> str:
    """The page of all options, as Markdown."""
    blocks = [_HEAD]
    for section in sections():
        blocks.append(f"## [{section}]\n")
        blocks += [_entry(option) for option in OPTIONS if option.section == section]
    blocks += ["## Known and not needed\n", *_unused()]
    return "\n".join(blocks)


def main(arguments: list[str]) -> int:
    """Print the page, or write it to the file named in `arguments`."""
    if arguments:
        Path(arguments[0]).write_text(configuration_page(), encoding="utf-8")
    else:
        sys.stdout.write(configuration_page())
    return 0


def _entry(option: Option) -> str:
    facts = [_TYPES[option.type], f"default {_default(option)}"]
    if option.choices is not None:
        named = ", ".join(f"`{choice}`" for choice in option.choices if choice)
        facts[0] = f"one of {named}"
    low, high = option.range or (None, None)
    if low is not None:
        facts.append(f"from {low:g}" + (f" to {high:g}" if high is not None else ""))
    if option.secret:
        facts.append("secret")
    lines = [f"### {option.key}\n", f"{option.help}\n", f"- {'; '.join(facts)}"]
    if option.example is not None:
        lines.append(f"- example: `{option.example}`")
    if option.old_names:
        named = ", ".join(f"`[{section}] {key}`" for section, key in option.old_names)
        lines.append(f"- old names: {named}")
    return "\n".join(lines) + "\n"


def _default(option: Option) -> str:
    if option.default == GENERATED:
        return "random, made once"
    return f"`{option.default}`" if option.default else "empty"


def _unused() -> Iterator[str]:
    yield "Accepted with one notice, then ignored:\n"
    for section in sorted(UNUSED):
        keys = ", ".join(f"`{key}`" for key in sorted(UNUSED[section].split()))
        yield f"- `[{section}]` {keys}"
    sections_named = ", ".join(
        f"`[{row}]`" for row in FREE_SECTIONS if row not in USED_FREE_SECTIONS
    )
    used = " and ".join(f"`[{row}]`" for row in sorted(USED_FREE_SECTIONS))
    yield f"\nSections whose every key is accepted and ignored: {sections_named}."
    yield f"\nThe keys of {used} go to Celery as they stand.\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
