"""What a worker's Celery process and its bridge say to each other."""

import msgspec


class _Word(msgspec.Struct, frozen=True, tag=True):
    """Base of these messages."""


class Offer(_Word, frozen=True, tag=True):
    """A bell was heard and a place is free: claim this attempt and run it."""

    ti_id: int
    epoch: int


class Accepted(_Word, frozen=True, tag=True):
    """The attempt executes, as this process."""

    ti_id: int
    epoch: int
    pid: int


class Over(_Word, frozen=True, tag=True):
    """The bell can be put away: the attempt has ended, or is not for us."""

    ti_id: int
    epoch: int
    words: str
    failed: bool = False


class Ready(_Word, frozen=True, tag=True):
    """The scheduler has answered: a session is open."""


class Line(_Word, frozen=True, tag=True):
    """A line for people; `fatal`: this worker can do nothing here."""

    text: str
    fatal: bool = False


class Leave(_Word, frozen=True, tag=True):
    """Tell what is left to tell, end the runner, go. `at_once`: end also what runs."""

    at_once: bool = False
    reason: str = ""


class Hears(_Word, frozen=True, tag=True):
    """Celery hears these queues now: remote control adds and takes away."""

    queues: tuple[str, ...]


ToBridge = Offer | Leave | Hears
ToMain = Accepted | Over | Ready | Line
