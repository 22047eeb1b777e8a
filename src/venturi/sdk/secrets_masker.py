"""Secrets never appear in logs, rendered fields or the like.

Values that were named secret (passwords of connections, variables with a telling name,
`mask_secret`) are replaced wherever they appear; values under a telling key are replaced whole.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

MASK = "***"

#: Words in the name of a key, variable or argument that make its value a secret.
SENSITIVE_WORDS = frozenset(
    {
        "access_key",
        "access_token",
        "api_key",
        "apikey",
        "authorization",
        "keyfile_dict",
        "passphrase",
        "passwd",
        "password",
        "private_key",
        "secret",
        "service_account",
        "token",
    }
)

#: How deep `redact` goes into lists and dicts.
_DEEPEST = 6


class _Known:
    """The secrets of this process, and what finds them."""

    texts: set[str] = set()
    pattern: re.Pattern[str] | None = None
    #: Who else must know each secret: the runner, which writes the log.
    announce: Callable[[str], None] | None = None


def mask_secret(secret: Any, name: str | None = None) -> None:
    """From now on write `***` for `secret` (a text, or every text in a list or dict).

    With a `name` only if that name tells of a secret, as for the items of a dict.
    """
    if name is not None and not is_sensitive(name):
        if isinstance(secret, Mapping):
            for key, value in secret.items():
                mask_secret(value, str(key))
        return
    for text in _texts(secret):
        _remember(text)


def redact(value: Any, name: str | None = None, max_depth: int = _DEEPEST) -> Any:
    """A copy of `value` without secrets; `name` is the key or argument it stands under."""
    if name is not None and is_sensitive(name) and value:
        return _hidden(value)
    return _redacted(value, max_depth)


def is_sensitive(name: str) -> bool:
    """Whether a name tells that its value is a secret."""
    low = name.strip().lower()
    return any(word in low for word in _words())


should_hide_value_for_key = is_sensitive


def hides(text: str) -> bool:
    """Whether `text` contains a known secret."""
    return _Known.pattern is not None and _Known.pattern.search(text) is not None


def masked(text: str) -> str:
    """`text` without the known secrets."""
    return text if _Known.pattern is None else _Known.pattern.sub(MASK, text)


@contextmanager
def announced(to: Callable[[str], None]) -> Iterator[None]:
    """Inside the block tell `to` each secret, those known already first."""
    before = _Known.announce
    _Known.announce = to
    try:
        for text in _Known.texts:
            to(text)
        yield
    finally:
        _Known.announce = before


def reset() -> None:
    """Forget all secrets; for tests."""
    _Known.texts, _Known.pattern, _Known.announce = set(), None, None
    _words.cache_clear()
    _shortest.cache_clear()


class SecretsMasker(logging.Filter):
    """Masks log records of this process; `dag.test()` and the commands use it.

    A task process needs none: what it writes is masked where the log is written.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        if _Known.pattern is not None:
            text = record.getMessage()
            if hides(text):
                record.msg, record.args = masked(text), ()
            if record.exc_info and record.exc_info[1] is not None and not record.exc_text:
                record.exc_text = masked(logging.Formatter().formatException(record.exc_info))
        return True


def _remember(text: str) -> None:
    if text in _Known.texts or len(text) < _shortest():
        return
    _Known.texts.add(text)
    # The longest first, so that a secret that contains another is hidden whole.
    ordered = sorted(_Known.texts, key=len, reverse=True)
    _Known.pattern = re.compile("|".join(map(re.escape, ordered)))
    if _Known.announce is not None:
        _Known.announce(text)


def _texts(secret: Any) -> Iterable[str]:
    if isinstance(secret, str):
        for text in {secret, secret.strip(), repr(secret)[1:-1]}:
            if text:
                yield text
            # A key of several lines is logged line by line.
            if "\n" in text:
                yield from (line for line in text.splitlines() if len(line.strip()) >= 8)
    elif isinstance(secret, Mapping):
        for value in secret.values():
            yield from _texts(value)
    elif isinstance(secret, list | tuple | set | frozenset):
        for value in secret:
            yield from _texts(value)
    elif isinstance(secret, bytes):
        yield from _texts(secret.decode("utf-8", "replace"))


def _redacted(value: Any, depth: int) -> Any:
    match value:
        case str():
            return masked(value)
        case dict() if depth > 0:
            return {
                key: (
                    _hidden(each)
                    if isinstance(key, str) and each and is_sensitive(key)
                    else _redacted(each, depth - 1)
                )
                for key, each in value.items()
            }
        case list() if depth > 0:
            return [_redacted(each, depth - 1) for each in value]
        case tuple() if depth > 0:
            return tuple(_redacted(each, depth - 1) for each in value)
        case set() if depth > 0:
            return {_redacted(each, depth - 1) for each in value}
    return value


def _hidden(value: Any) -> Any:
    """The shape of a secret dict or list stays, so that people see what was there."""
    match value:
        case dict():
            return {key: _hidden(each) for key, each in value.items()}
        case list() | tuple() | set():
            return type(value)(_hidden(each) for each in value)
        case None | bool():
            return value
    return MASK


@cache
def _shortest() -> int:
    """Shorter texts are part of too many innocent words."""
    from venturi.config import get_config

    return get_config().getint("logging", "min_length_masked_secret")


@cache
def _words() -> frozenset[str]:
    from venturi.config import get_config

    config = get_config()
    if not config.getboolean("core", "hide_sensitive_var_conn_fields", fallback=True):
        return frozenset()
    more = config.getlist("core", "sensitive_var_conn_names", fallback=[])
    return SENSITIVE_WORDS | {word.lower() for word in more}
