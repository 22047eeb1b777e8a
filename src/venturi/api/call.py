"""What a handler gets: the store, the clock, who asks, and a way to change things."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeVar

import msgspec

from venturi.api.auth.admit import require
from venturi.api.auth.credentials import Doorkeeper, Visit
from venturi.api.auth.principal import Principal, Way
from venturi.api.facts import Facts
from venturi.api.permissions import Permission
from venturi.api.ui.hub import Hub
from venturi.api.ui.loglines import Index
from venturi.api.ui.specs import Specs
from venturi.config import Config
from venturi.core.clock import Clock, Instant
from venturi.store.bell import Ring, ring
from venturi.store.commands.audit import Actor
from venturi.store.engine import Store, Tx
from venturi.store.queries.paging import Paging
from venturi.store.scope import DagScope

A = TypeVar("A")


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """What all requests of a process share."""

    store: Store
    conf: Config
    clock: Clock
    run_dir: Path
    facts: Facts
    pool: ThreadPoolExecutor
    doors: Doorkeeper
    #: rows of a list when none are asked for, and at most
    page_limit: int
    page_limit_max: int
    #: the built user interface
    ui: Path
    #: tells streams what changed
    hub: Hub
    #: where the lines of logs begin
    logs: Index = msgspec.field(default_factory=Index)
    #: descriptions that pages ask for again and again
    specs: Specs = msgspec.field(default_factory=Specs)


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request, as far as handlers need to know it."""

    api: Api
    who: Principal
    visit: Visit
    #: the right that the route asks for
    permission: Permission
    #: the DAGs for which the caller has the right that the route asks for
    scope: DagScope
    accept: str
    accept_encoding: str
    now: Instant

    @property
    def user(self) -> str:
        """The name of who asks."""
        return self.who.name

    @property
    def actor(self) -> Actor:
        """Who changes something, for the audit log."""
        return Actor(self.user, self.now, "rest_api")

    def scope_now(self) -> DagScope | None:
        """The scope as it is by now; None: they would be let in no more.

        For answers that go on: who is signed out, or is given other roles, hears no more.
        """
        who = self.api.doors.who(self.visit, self.api.clock.now())
        return who.scope(self.permission) if who.way is not Way.NOT else None

    def require(self, tx: Tx, permission: Permission, dag_id: str) -> None:
        """Refuse a DAG that is named elsewhere than in the path, as one there would be.

        Raises `NotFound` for one that the caller may not know of, `NotPermitted`.
        """
        require(tx, self.who, permission, dag_id)

    def read(self) -> AbstractContextManager[Tx]:
        """A transaction that reads."""
        return self.api.store.read()

    def change(self, body: Callable[[Tx], A], note: Callable[[A], Ring] | Ring | None = None) -> A:
        """Run `body` in a transaction, then wake the scheduler with `note`."""
        result = self.api.store.retrying(body)
        ring(self.api.run_dir, note(result) if callable(note) else note)
        return result

    def paging(
        self, limit: int | None, offset: int, order: list[str], cursor: str | None = None
    ) -> Paging:
        """The part of a list that was asked for, within the configured bounds."""
        wanted = limit or self.api.page_limit
        return Paging(min(wanted, self.api.page_limit_max), offset, tuple(order), cursor)
