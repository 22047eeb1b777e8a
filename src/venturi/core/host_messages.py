"""What a runner says with its hosts and task processes, on channels of its own."""

from datetime import datetime

from venturi.core.attempts import Result, Usage
from venturi.core.messages import (
    Ask,
    AskTimetable,
    Call,
    Load,
    Loaded,
    Reply,
    Start,
    Stop,
    TimetableSaid,
)
from venturi.core.wire import Message


class Spare(Message, frozen=True, kw_only=True):
    """A forked child waits for an attempt; comes with two descriptors: channel, log pipe."""

    pid: int


class Beget(Message, frozen=True, kw_only=True):
    """To the base: fork a host; comes with its end of the channel. Answered by `Born`."""

    host: int


class Born(Message, frozen=True, kw_only=True):
    """The host with this number has been forked."""

    host: int
    pid: int


class Exited(Message, frozen=True, kw_only=True):
    """A child of the host has been waited for."""

    pid: int
    code: int  # negative: killed by that signal
    usage: Usage


class Fork(Message, frozen=True, kw_only=True):
    """To a host: keep this many spares ready."""

    spares: int


class Signal(Message, frozen=True, kw_only=True):
    """To a host: send this signal to a child (and to its whole process group)."""

    pid: int
    signal: int


class Mask(Message, frozen=True, kw_only=True):
    """From a task process: never write these strings to a log."""

    secrets: tuple[str, ...]


class Begun(Message, frozen=True, kw_only=True):
    """From a task process: user code starts now."""

    at: datetime


class Done(Message, frozen=True, kw_only=True):
    """From a task process: its result; the process exits right after."""

    result: Result
    usage: Usage = Usage()


class CalledBack(Message, frozen=True, kw_only=True):
    """From a callback process: how the callbacks went."""

    error: str | None = None


FromHost = Spare | Born | Exited | Loaded | Ask
ToHost = Load | Beget | Fork | Signal | Reply | Stop
FromTask = Begun | Ask | Mask | Done | CalledBack | TimetableSaid
ToTask = Start | Call | AskTimetable | Reply
