"""Carrying out many changes: each action whole or not at all, one after the other."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec

from venturi.api.auth.admit import NotPermitted
from venturi.api.auth.principal import is_about_dags
from venturi.api.call import Call
from venturi.api.errors import Refused, status_of
from venturi.api.permissions import Permission
from venturi.api.shapes.bulk import BulkAnswer, BulkOutcome, BulkProblem, Create, Delete, Update
from venturi.core.errors import VenturiError
from venturi.store.bell import Ring
from venturi.store.engine import Tx

E = TypeVar("E")


class Kind(msgspec.Struct, Generic[E], frozen=True, kw_only=True):
    """How things of one kind are made, changed and deleted.

    `key` names an entity, as a text or in full; `exists` looks; the others do. None: that cannot be
    done to things of this kind.
    """

    noun: str
    key: Callable[[str | E], str]
    exists: Callable[[Tx, str | E], bool]
    create: Callable[[Tx, E], None] | None
    update: Callable[[Tx, E, list[str]], None] | None
    delete: Callable[[Tx, str | E], None] | None


def carry_out(
    call: Call, kind: Kind[Any], actions: Sequence[Any], note: Ring | None = None
) -> BulkAnswer:
    """Do the actions; what one of them cannot do is told and does not stop the others."""
    outcomes: dict[str, BulkOutcome] = {}
    for action in actions:
        name = type(action).__struct_config__.tag
        outcome = outcomes.setdefault(str(name), BulkOutcome())
        try:
            _require_right(call, str(name))
            outcome.success += call.change(partial(_do, kind, action), note)
        except VenturiError as error:
            outcome.errors.append(BulkProblem(error=str(error), status_code=status_of(error)))
    return BulkAnswer(**outcomes)


def _require_right(call: Call, verb: str) -> None:
    """To make and to delete are rights of their own, which the route's does not include.

    Raises `NotPermitted`. Where a DAG may grant the right, the deleting itself asks for which.
    """
    noun = call.permission.rpartition(":")[0]
    right = {"create": f"{noun}:create", "delete": f"{noun}:delete"}.get(verb, call.permission)
    if right not in frozenset(Permission):
        return  # there is no such right: what it would be about cannot be done in bulk
    needed = Permission(right)
    if not call.who.holds(needed) and not is_about_dags(needed):
        raise NotPermitted(needed)


def _do(kind: Kind[Any], action: Any, tx: Tx) -> list[str]:
    match action:
        case Create():
            return _create(tx, kind, action)
        case Update():
            present = _present(tx, kind, action.entities, action.action_on_non_existence)
            update = _able(kind, kind.update, "changed")
            for entity in present:
                update(tx, entity, action.update_mask or [])
            return [kind.key(entity) for entity in present]
        case Delete():
            present = _present(tx, kind, action.entities, action.action_on_non_existence)
            delete = _able(kind, kind.delete, "deleted")
            for entity in present:
                delete(tx, entity)
            return [kind.key(entity) for entity in present]
    raise AssertionError(action)


def _able(kind: Kind[Any], function: Any, word: str) -> Callable[..., None]:
    if function is None:
        raise Refused(405, f"A {kind.noun} cannot be {word} in bulk.")
    return function  # type: ignore[no-any-return]


def _create(tx: Tx, kind: Kind[Any], action: Create[Any]) -> list[str]:
    create = _able(kind, kind.create, "made")
    there = [entity for entity in action.entities if kind.exists(tx, entity)]
    if there and action.action_on_existence == "fail":
        names = ", ".join(sorted(kind.key(entity) for entity in there))
        raise Refused(409, f"There is already a {kind.noun} with each of these names: {names}.")
    done = []
    for entity in action.entities:
        if entity in there and action.action_on_existence == "skip":
            continue
        if entity in there:
            _able(kind, kind.update, "changed")(tx, entity, [])
        else:
            create(tx, entity)
        done.append(kind.key(entity))
    return done


def _present(tx: Tx, kind: Kind[Any], entities: Sequence[Any], absent: str) -> list[Any]:
    found = [entity for entity in entities if kind.exists(tx, entity)]
    missing = [kind.key(entity) for entity in entities if entity not in found]
    if missing and absent == "fail":
        raise Refused(404, f"There is no {kind.noun} with these names: {', '.join(missing)}.")
    return found
