"""What goes wrong with a configuration, and what is merely worth saying about it."""

from typing import Literal, NamedTuple

from venturi.core.errors import VenturiError


class ConfigError(VenturiError):
    """The configuration cannot be used; the text has one line per mistake."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("\n".join(mistakes))
        #: One sentence per mistake, in the order of the file.
        self.mistakes = mistakes


class Notice(NamedTuple):
    """Something about the configuration that people should know but that stops nothing.

    `kind` is "renamed" (an old name that still works), "unused" (Airflow's options that mean
    nothing here), "shadowed" (a line that another one overrules), "secret" (a secret that is
    known to everybody or readable by everybody) or "home" (a home folder named in vain).
    """

    kind: Literal["renamed", "unused", "shadowed", "secret", "home"]
    text: str
