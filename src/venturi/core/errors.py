"""The root of Venturi's exceptions.

Everything a user can cause is a `VenturiError` whose text is a sentence that names what is wrong
and the way out; commands print that sentence, never a traceback.
"""


class VenturiError(Exception):
    """Something went wrong that a person can act on; `str(error)` is the sentence to show."""


class NotFound(VenturiError):
    """What was named does not exist."""


class Conflict(VenturiError):
    """What was asked for contradicts what is there (an id that is taken, a state that forbids)."""


class InvalidInput(VenturiError):
    """A value given by a person cannot be used; the text names the field."""
