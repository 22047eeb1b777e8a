"""What an option is: one row of the table that the reader, the writer and the docs share.

Rows are `NamedTuple`s, not msgspec structs: every command reads the configuration first, and
importing msgspec alone would cost a third of the start-up budget.
"""

from typing import Literal, NamedTuple

#: How the text of an option is read. "list" is comma-separated, "import" a dotted Python name,
#: "path" a file or folder, "duration" whole or decimal seconds.
OptionType = Literal[
    "string", "integer", "float", "boolean", "list", "json", "path", "import", "duration"
]

#: A further look at the value when it is loaded; `venturi.config.checks` has one row for each.
Check = Literal["timezone", "database_url", "octal", "fernet_key", "pattern"]


class OptionName(NamedTuple):
    """Where an option stands in `airflow.cfg`."""

    section: str
    key: str

    def __str__(self) -> str:
        return f"[{self.section}] {self.key}"

    @property
    def variable(self) -> str:
        """The environment variable that sets this option."""
        return f"AIRFLOW__{self.section.upper().replace('.', '_')}__{self.key.upper()}"


class Option(NamedTuple):
    """An option that means something to Venturi.

    `default` is text as it would stand in the file; None means unset. A default of
    `{GENERATED}` is a random secret made once per installation.
    """

    section: str
    key: str
    type: OptionType
    default: str | None
    help: str
    #: Names it had in earlier Airflow lines, as (section, key); they go on working.
    old_names: tuple[tuple[str, str], ...] = ()
    #: Never shown; may also come from a command or a secrets backend.
    secret: bool = False
    choices: tuple[str, ...] | None = None
    example: str | None = None
    #: Smallest and largest number accepted; None is open.
    range: tuple[float | None, float | None] | None = None
    check: Check | None = None
    #: Stands in the file written on first use.
    starter: bool = False

    @property
    def name(self) -> OptionName:
        return OptionName(self.section, self.key)


#: The default of options whose value is made at random, once per installation.
GENERATED = "{GENERATED}"
