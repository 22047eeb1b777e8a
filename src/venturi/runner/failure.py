"""An exception as people want to read it: one line of reason, and their own frames.

Frames of ours above the author's code are left out. Where an exception states a fact (a command
failed, a file is missing) and no author's frame is involved, the reason alone says it all.
"""

import logging
from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, StackSummary, format_list, walk_tb
from types import TracebackType

from venturi.core.errors import VenturiError
from venturi.sdk.secrets_masker import masked

_LOG = logging.getLogger("airflow.callbacks")

#: Reasons are one line of at most this many characters.
LONGEST_REASON = 500

_OURS = str(Path(__file__).resolve().parent.parent) + "/"


def reason_of(error: BaseException) -> str:
    """One line: `ValueError: too many rows`; our own exceptions without their class."""
    lines = (" ".join(line.split()) for line in _text_of(error).splitlines())
    text = " | ".join(line for line in lines if line)
    kind = type(error).__name__
    plain = (
        text if isinstance(error, VenturiError) and text else f"{kind}: {text}" if text else kind
    )
    return plain if len(plain) <= LONGEST_REASON else plain[: LONGEST_REASON - 1] + "…"


def _text_of(error: BaseException) -> str:
    """What an exception says, as text that any file and database takes."""
    try:
        text = str(error)
    except Exception as worse:
        return f"(it cannot say more: its __str__ raised {type(worse).__name__})"
    return masked(text).replace("\0", "\\0").encode(errors="backslashreplace").decode()


def story_of(error: BaseException) -> str:
    """The traceback for the log, with the exceptions that led to it; may be empty."""
    return "\n".join(_told(error, set())).rstrip()


def _told(error: BaseException, seen: set[int], named: bool = False) -> Iterator[str]:
    seen.add(id(error))
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    frames = _worth_showing(error)
    if earlier is not None and id(earlier) not in seen:
        told = list(_told(earlier, seen))
        if told:
            yield from told
            yield "" if frames else "That led to:"
    if frames:
        yield "Traceback (most recent call last, frames of Venturi left out):"
        yield "".join(format_list(frames)).rstrip()
    if frames or named or earlier is not None:
        text = _text_of(error)
        kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        yield f"{kind}: {text}" if text else kind
    yield from getattr(error, "__notes__", ())
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _told(each, seen, named=True)


def _worth_showing(error: BaseException) -> list[FrameSummary]:
    frames = _frames(error.__traceback__)
    mine = [index for index, frame in enumerate(frames) if not _is_ours(frame)]
    if mine:
        shown = frames[mine[0] :]
        last = mine[-1] - mine[0] + 1
        return shown[:last] if isinstance(error, VenturiError) else shown
    return [] if isinstance(error, VenturiError) else frames


def _frames(trace: TracebackType | None) -> list[FrameSummary]:
    return list(StackSummary.extract(walk_tb(trace)))


def _is_ours(frame: FrameSummary) -> bool:
    return (
        frame.filename.startswith((_OURS, "<frozen")) or "/site-packages/jinja2/" in frame.filename
    )


def failed_with(what: str, error: BaseException) -> str:
    """Log that a callback or a letter failed, with the story; the one line about it."""
    reason = reason_of(error)
    story = story_of(error)
    _LOG.error("%s failed: %s%s", what, reason, f"\n{story}" if story else "")
    return f"{what} failed: {reason}"
