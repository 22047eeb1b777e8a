"""Signing in and out: passwords that are right or wrong, sessions, API tokens.

After some wrong passwords for a name from one address, each further one must wait longer. Whoever
tries from many addresses is slowed down by the name, whoever tries many names by the address; the
rows are in the database, so all processes of the web server count together.
"""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from venturi.core.clock import Instant
from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.engine import Tx
from venturi.store.passwords import hashed, is_dated
from venturi.store.queries.users import UserRow, get_user, word_hash
from venturi.store.schema.people import sign_in_failure, user_session, user_token, users

#: Longest time that a wrong password makes anybody wait, and how long failures are remembered.
LONGEST_WAIT = timedelta(minutes=15)
MEMORY = timedelta(hours=1)
#: Begins every API token: who finds one in a file knows what it is.
TOKEN_PREFIX = "vt_"  # noqa: S105 - the beginning of a token


class Subject(NamedTuple):
    """What wrong passwords are counted by, and how many are free of charge."""

    key: str
    free: int


def subjects(username: str, address: str) -> tuple[Subject, ...]:
    """By what a try to sign in is counted."""
    counted = [Subject(_key("both", username, address), 5), Subject(_key("name", username), 50)]
    if not address.startswith("127.") and address != "::1":  # a proxy's: everybody's
        counted.append(Subject(_key("address", address), 50))
    return tuple(counted)


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()


def seconds_to_wait(tx: Tx, counted: Sequence[Subject], now: Instant) -> int:
    """Seconds until the next try is looked at; 0: now."""
    free = {subject.key: subject.free for subject in counted}
    table = sign_in_failure.c
    longest = timedelta()
    for row in tx.execute(select(sign_in_failure).where(table.subject.in_(list(free)))):
        over = row.failures - free[row.subject]
        if over >= 0:
            wait = min(timedelta(seconds=2 ** min(over, 10)), LONGEST_WAIT)
            longest = max(longest, row.last_at + wait - now)
    return max(0, -int(-longest.total_seconds() // 1))


def note_failure(
    tx: Tx,
    user: UserRow | None,
    reason: str,
    address: str,
    counted: Sequence[Subject],
    now: Instant,
) -> None:
    """Count a wrong password, and say so in the audit log.

    A name that nobody has is not told there: people type passwords into the wrong field.
    """
    who = Actor("unknown" if user is None else user.username, now, "rest_api")
    table = sign_in_failure.c
    tx.execute(delete(sign_in_failure).where(table.last_at < who.now - MEMORY))
    for subject in counted:
        values = {"failures": table.failures + 1, "last_at": who.now}
        known = tx.execute(
            update(sign_in_failure).where(table.subject == subject.key).values(**values)
        )
        if known.rowcount == 0:
            try:
                with tx.begin_nested():
                    tx.execute(
                        insert(sign_in_failure).values(
                            subject=subject.key, failures=1, last_at=who.now
                        )
                    )
            except IntegrityError:  # another process counted the first one just now
                tx.execute(
                    update(sign_in_failure).where(table.subject == subject.key).values(**values)
                )
    note(tx, who, "sign_in_refused", extra={"address": address, "reason": reason})


def accept(tx: Tx, user: UserRow, plain: str, counted: Sequence[Subject]) -> UserRow:
    """The password was right: nobody waits any more, and a dated hash of it is replaced."""
    keys = [subject.key for subject in counted]
    tx.execute(delete(sign_in_failure).where(sign_in_failure.c.subject.in_(keys)))
    if user.password is None or not is_dated(user.password):
        return user
    new = hashed(plain)
    changed = tx.execute(
        update(users)
        .where(users.c.id == user.id, users.c.password == user.password)
        .values(password=new)
    )
    return msgspec.structs.replace(user, password=new) if changed.rowcount else user


def open_session(tx: Tx, user: UserRow, address: str, lifetime: timedelta, who: Actor) -> str:
    """Sign a user in; the session's word, which only their browser will have."""
    count = func.coalesce(users.c.login_count, 0) + 1
    tx.execute(
        update(users).where(users.c.id == user.id).values(last_login=who.now, login_count=count)
    )
    tx.execute(delete(user_session).where(user_session.c.expires_at <= who.now))
    word = secrets.token_urlsafe(32)
    tx.execute(
        insert(user_session).values(
            token_hash=word_hash(word),
            user_id=user.id,
            seal=user.seal,
            created_at=who.now,
            last_seen=who.now,
            expires_at=who.now + lifetime,
            address=address[:100],
        )
    )
    note(tx, who, "sign_in", extra={"address": address})
    return word


def prolong_session(tx: Tx, word: str, lifetime: timedelta, now: Instant) -> None:
    """Somebody is at work: the session ends so much later."""
    tx.execute(
        update(user_session)
        .where(user_session.c.token_hash == word_hash(word), user_session.c.expires_at > now)
        .values(last_seen=now, expires_at=now + lifetime)
    )


def close_session(tx: Tx, word: str, who: Actor) -> None:
    """Sign out."""
    gone = tx.execute(delete(user_session).where(user_session.c.token_hash == word_hash(word)))
    if gone.rowcount:
        note(tx, who, "sign_out")


def note_token(tx: Tx, address: str, who: Actor) -> None:
    """Somebody was given an access token."""
    note(tx, who, "access_token", extra={"address": address})


def create_token(tx: Tx, username: str, name: str, lifetime: timedelta | None, who: Actor) -> str:
    """Make an API token of a user; it is told this once. Raises `NotFound`, `InvalidInput`."""
    user = get_user(tx, username)
    if not name or len(name) > 250:
        raise InvalidInput("A token has a name of 1 to 250 characters, to know it by.")
    if lifetime is not None and lifetime <= timedelta():
        raise InvalidInput("A token must be good for some time.")
    table = user_token.c
    if tx.execute(select(table.id).where(table.user_id == user.id, table.name == name)).first():
        raise Conflict(f"User {username!r} already has a token {name!r}.")
    word = TOKEN_PREFIX + secrets.token_urlsafe(32)
    tx.execute(
        insert(user_token).values(
            token_hash=word_hash(word),
            user_id=user.id,
            seal=user.seal,
            name=name,
            created_at=who.now,
            expires_at=None if lifetime is None else who.now + lifetime,
        )
    )
    note(tx, who, "create_token", extra={"username": username, "name": name})
    return word


def delete_token(tx: Tx, username: str, name: str, who: Actor) -> None:
    """Withdraw an API token. Raises `NotFound`."""
    user = get_user(tx, username)
    table = user_token.c
    gone = tx.execute(delete(user_token).where(table.user_id == user.id, table.name == name))
    if not gone.rowcount:
        raise NotFound(f"User {username!r} has no token {name!r}. See: airflow users list-tokens")
    note(tx, who, "delete_token", extra={"username": username, "name": name})
