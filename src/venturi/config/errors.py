"""What goes wrong with a configuration, and what is merely worth saying about it."""

from collections.abc import Iterable
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
    #: The gist for a list of many: `[core] sql_alchemy_conn -> [database] sql_alchemy_conn`.
    short: str = ""


#: So many old names are told one by one; more of them are told in one sentence.
_MOST_RENAMED = 3


def notice_lines(notices: Iterable[Notice]) -> list[str]:
    """The lines a command prints for `notices`: many old names are folded into one line."""
    notices = list(notices)
    renamed = [notice for notice in notices if notice.kind == "renamed"]
    if len(renamed) <= _MOST_RENAMED:
        return [notice.text for notice in notices]
    pairs = ", ".join(notice.short for notice in renamed)
    folded = f"{len(renamed)} options have new names; the old ones still work: {pairs}."
    return [folded, *(notice.text for notice in notices if notice.kind != "renamed")]
