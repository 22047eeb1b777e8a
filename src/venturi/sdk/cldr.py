"""Dates written with a CLDR pattern (`EEEE dd MMMM yyyy`) in people's language.

Languages come from pendulum, which is here anyway; where Babel is installed it is asked instead,
as it knows more of them.
"""

import importlib
import os
import re
from datetime import datetime

from venturi.core.errors import InvalidInput

#: A run of one letter, a quoted text, or anything else.
_PIECES = re.compile(r"'(?:[^']|'')*'|([a-zA-Z])\1*|[^a-zA-Z']+")

#: CLDR field -> the token of pendulum that writes the same.
_TOKENS = {
    "y": "YYYY", "yy": "YY", "yyyy": "YYYY", "Y": "YYYY", "YYYY": "YYYY",
    "Q": "Q", "QQ": "Q",
    "M": "M", "MM": "MM", "MMM": "MMM", "MMMM": "MMMM",
    "L": "M", "LL": "MM", "LLL": "MMM", "LLLL": "MMMM",
    "d": "D", "dd": "DD", "D": "DDDD", "DDD": "DDDD",
    "E": "ddd", "EE": "ddd", "EEE": "ddd", "EEEE": "dddd",
    "a": "A", "h": "h", "hh": "hh", "H": "H", "HH": "HH",
    "m": "m", "mm": "mm", "s": "s", "ss": "ss",
    "S": "S", "SS": "SS", "SSS": "SSS", "SSSSSS": "SSSSSS",
    "z": "zz", "Z": "ZZ", "ZZZZZ": "Z", "VV": "zz", "xxx": "Z", "XXX": "Z",
}  # fmt: skip


def format_date(moment: datetime, pattern: str, locale: str | None = None) -> str:
    """`moment` written by `pattern`; `locale` defaults to the environment's language."""
    language = locale or _environment_locale()
    try:
        babel = importlib.import_module("babel.dates")
    except ImportError:
        return _with_pendulum(moment, pattern, language)
    written: str = babel.format_datetime(moment, format=pattern, locale=language.replace("-", "_"))
    return written


def _with_pendulum(moment: datetime, pattern: str, language: str) -> str:
    import pendulum

    at = pendulum.instance(moment)
    known = _known(language)
    written = []
    for match in _PIECES.finditer(pattern):
        piece, letter = match.group(0), match.group(1)
        if letter is None:
            written.append(_unquoted(piece))
        elif piece in _TOKENS:
            written.append(at.format(_TOKENS[piece], locale=known))
        else:
            raise InvalidInput(
                f"ds_format_locale cannot write {piece!r} of the pattern {pattern!r}; install the "
                "package babel, which knows all fields."
            )
    return "".join(written)


def _unquoted(piece: str) -> str:
    if piece.startswith("'"):
        return piece[1:-1].replace("''", "'") or "'"
    return piece


def _known(language: str) -> str:
    from pendulum.locales.locale import Locale

    name = language.replace("-", "_").partition(".")[0]
    for candidate in (name.lower(), name.partition("_")[0].lower()):
        try:
            Locale.load(candidate)
        except ValueError:
            continue
        return candidate
    raise InvalidInput(
        f"ds_format_locale does not know the language {language!r}; install the package babel, "
        "which knows more."
    )


def _environment_locale() -> str:
    for variable in ("LANGUAGE", "LC_ALL", "LC_TIME", "LANG"):
        said = os.environ.get(variable, "").partition(".")[0].partition(":")[0]
        if said and said not in {"C", "POSIX"}:
            return said
    return "en"
