"""What a command needs: the configuration, the database, who acts, the bell."""

import sys
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from venturi.config import Config, get_config
from venturi.core.clock import SystemClock
from venturi.core.errors import VenturiError

if TYPE_CHECKING:
    from venturi.store.commands.audit import Actor
    from venturi.store.engine import Store, Tx

A = TypeVar("A")


class Refused(VenturiError):
    """A person said no, or could not be asked."""


def configured() -> Config:
    """The configuration; writes `airflow.cfg` on first use and says once what is worth saying."""
    from venturi.config.write import write_first_config

    written = write_first_config()
    if written is not None:
        print(f"Wrote {written}", file=sys.stderr)
    config = get_config()
    _tell(config)
    return config


@lru_cache(maxsize=1)
def _tell(config: Config) -> None:
    """Say what is worth saying about a configuration: once, however often a command asks for it."""
    from venturi.config.errors import notice_lines

    for line in notice_lines(config.notices):
        print(line, file=sys.stderr)


def opened(*, ready: bool = True, patient: bool = False) -> "Store":
    """The configured database; `ready`: with the tables of this version, or one sentence.

    `patient`: for statements that may take long.
    """
    from venturi.store.open import open_store
    from venturi.store.queries.schema import require_ready

    configured()
    store = open_store(patient=patient)
    if ready:
        try:
            require_ready(store)
        except VenturiError:
            store.close()
            raise
    return store


def read(body: Callable[["Tx"], A]) -> A:
    """What `body` reads from the configured database."""
    store = opened()
    try:
        with store.read() as tx:
            return body(tx)
    finally:
        store.close()


def change(body: Callable[["Tx", "Actor"], A]) -> A:
    """Carry out `body` in a transaction as the person at the terminal; `ring_bell` afterwards."""
    store = opened()
    who = actor()
    try:
        return store.retrying(lambda tx: body(tx, who))
    finally:
        store.close()


def actor() -> "Actor":
    """The person at the terminal, now."""
    import getpass

    from venturi.store.commands.audit import Actor

    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        name = "unknown"
    return Actor(name, now())


def ring_bell(
    *, dag_ids: Iterable[str] = (), run_ids: Iterable[int] = (), pools: bool = False
) -> bool:
    """Wake the scheduler, saying what has changed (nothing: anything); False when none runs."""
    from venturi.config.paths import run_dir
    from venturi.store.bell import Ring, ring

    return ring(run_dir(), Ring(dag_ids=tuple(dag_ids), run_ids=tuple(run_ids), pools=pools))


def now() -> datetime:
    """The present instant."""
    return SystemClock().now()


def date(text: str | None) -> datetime | None:
    """A date a person wrote, in the configured time zone. Raises `InvalidInput`."""
    from venturi.cli.dates import parse_date

    if text is None:
        return None
    return parse_date(text, get_config().get("core", "default_timezone") or "UTC")


def log_folder() -> Path:
    """Where logs lie."""
    return get_config().getpath("logging", "base_log_folder")


def confirm(question: str, *, yes: bool) -> None:
    """Ask a person unless `yes`. Raises `Refused` for any answer but yes."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise Refused(f"{question} There is nobody to ask: say --yes to go on.")
    answer = input(f"{question} [y/N] ").strip().lower()
    if answer not in {"y", "yes"}:
        raise Refused("Nothing was done.")
