"""Whether a name and a password let somebody in."""

from venturi.api.errors import Refused
from venturi.core.clock import Instant
from venturi.store.commands.sign_ins import (
    accept,
    note_failure,
    seconds_to_wait,
    subjects,
)
from venturi.store.engine import Store
from venturi.store.passwords import BcryptMissing, is_right
from venturi.store.queries.users import UserRow, find_user


class Refusal(Refused):
    """The name or the password is wrong: which of them is not told."""

    def __init__(self) -> None:
        super().__init__(401, "Name or password is wrong.")


class TooMany(Refused):
    """Too many wrong passwords lately."""

    def __init__(self, seconds: int) -> None:
        super().__init__(429, f"Too many wrong passwords. Try again in {seconds} s.")
        self.headers = {"retry-after": str(seconds)}


def check(store: Store, name: str, plain: str, address: str, now: Instant) -> UserRow:
    """Who gives the right password; a dated hash of it is replaced. Raises `Refusal`, `TooMany`.

    It takes as long for a name that nobody has.
    """
    counted = subjects(name, address)
    with store.read() as tx:
        wait = seconds_to_wait(tx, counted, now)
        user = find_user(tx, name)
    if wait:
        raise TooMany(wait)
    try:
        right = is_right(plain, None if user is None else user.password)
        reason = "no such user" if user is None else "wrong password"
    except BcryptMissing as error:
        right, reason = False, str(error)
    if user is not None and right and user.is_active:
        found = user
        return store.retrying(lambda tx: accept(tx, found, plain, counted))
    reason = "not active" if right else reason
    store.retrying(lambda tx: note_failure(tx, user, reason, address, counted, now))
    raise Refusal
