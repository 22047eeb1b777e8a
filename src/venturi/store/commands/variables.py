"""Variables: named values for tasks, encrypted at rest."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy import Row, delete, insert, select, update

from venturi.core.errors import Conflict, InvalidInput, NotFound
from venturi.store.commands.audit import Actor, note
from venturi.store.crypto import decrypt, encrypt, rotate
from venturi.store.engine import Tx
from venturi.store.queries.paging import ALL, Page, Paging, fetch, like
from venturi.store.schema.people import variable

OnExisting = Literal["overwrite", "fail", "skip"]


class Variable(msgspec.Struct, frozen=True, kw_only=True):
    """A variable, its value in the clear; `value` None: it cannot be read (`problem` says why)."""

    key: str
    value: str | None
    description: str | None
    is_encrypted: bool
    problem: str | None = None


_ORDERS: dict[str, Any] = {
    "id": variable.c.id,
    "key": variable.c.key,
    "is_encrypted": variable.c.is_encrypted,
    "description": variable.c.description,
}


def list_variables(tx: Tx, pattern: str | None = None, paging: Paging = ALL) -> Page[Variable]:
    """The variables, by key. One that cannot be decrypted is listed with the problem."""
    query = select(variable)
    if pattern:
        query = query.where(like(variable.c.key, pattern))
    page = fetch(tx, query, paging, _ORDERS, ("key",))
    return Page([_variable(row) for row in page.rows], page.total)


def _variable(row: Row[Any]) -> Variable:
    from venturi.store.crypto import Undecipherable

    value, problem = row.val, None
    if row.is_encrypted and row.val is not None:
        try:
            value = decrypt(row.val)
        except Undecipherable as error:
            value, problem = None, str(error)
    return Variable(
        key=row.key,
        value=value,
        description=row.description,
        is_encrypted=bool(row.is_encrypted),
        problem=problem,
    )


def get_variable(tx: Tx, key: str) -> Variable:
    """One variable. Raises `NotFound`."""
    row = tx.execute(select(variable).where(variable.c.key == key)).first()
    if row is None:
        raise NotFound(f"There is no variable {key!r}. See: airflow variables list")
    return _variable(row)


def set_variable(
    tx: Tx,
    key: str,
    value: str,
    who: Actor,
    *,
    description: str | None = None,
    only_new: bool = False,
) -> bool:
    """Set a variable; whether it is new. A description of None keeps the present one.

    Raises `InvalidInput` for a key that cannot be, `Conflict` with `only_new` if it is there.
    """
    if not 1 <= len(key) <= 250:
        raise InvalidInput("The key of a variable has 1 to 250 characters.")
    text, encrypted = encrypt(value)
    values: dict[str, Any] = {"val": text, "is_encrypted": encrypted}
    if description is not None:
        values["description"] = description
    known = tx.execute(select(variable.c.id).where(variable.c.key == key)).first()
    if known is not None and only_new:
        raise Conflict(f"There is already a variable {key!r}.")
    if known is not None:
        tx.execute(update(variable).where(variable.c.key == key).values(**values))
    else:
        tx.execute(insert(variable).values(key=key, **values))
    note(tx, who, "set_variable", extra={"key": key})
    return known is None


def delete_variable(tx: Tx, key: str, who: Actor) -> None:
    """Delete a variable. Raises `NotFound`."""
    if tx.execute(delete(variable).where(variable.c.key == key)).rowcount == 0:
        raise NotFound(f"There is no variable {key!r}. See: airflow variables list")
    note(tx, who, "delete_variable", extra={"key": key})


def has_variable(tx: Tx, key: str) -> bool:
    """Whether there is a variable of that key."""
    return tx.execute(select(variable.c.id).where(variable.c.key == key)).first() is not None


def import_variables(
    tx: Tx, values: Any, who: Actor, on_existing: OnExisting = "overwrite"
) -> tuple[int, list[str]]:
    """Set variables from an exported object; how many, and the keys that were skipped.

    A value that is not text is kept as JSON; an object with `value` and `description` only is both.
    Raises `InvalidInput` for anything but an object, `Conflict` with `on_existing="fail"`; nothing
    is imported then.
    """
    import json

    if not isinstance(values, Mapping):
        raise InvalidInput('Variables are imported from an object: {"key": "value", ...}.')
    known = set(tx.execute(select(variable.c.key)).scalars())
    taken = sorted(str(key) for key in values if str(key) in known)
    if taken and on_existing == "fail":
        raise Conflict(f"These variables are there already: {', '.join(taken)}.")
    skipped = taken if on_existing == "skip" else []
    for key, value in values.items():
        if str(key) in skipped:
            continue
        description = None
        if isinstance(value, Mapping) and set(value) == {"value", "description"}:
            value, description = value["value"], value["description"]  # noqa: PLW2901
        text = value if isinstance(value, str) else json.dumps(value)
        set_variable(tx, str(key), text, who, description=description)
    return len(values) - len(skipped), skipped


def export_variables(tx: Tx) -> dict[str, Any]:
    """All variables, as `import_variables` takes them: values that are JSON objects as such."""
    import json

    exported: dict[str, Any] = {}
    for found in list_variables(tx).rows:
        value: Any = found.value
        try:
            value = json.loads(found.value or "")
        except ValueError:
            value = found.value
        if found.description:
            value = {"value": value, "description": found.description}
        exported[found.key] = value
    return exported


def rotate_variables(tx: Tx) -> int:
    """Encrypt all variables anew with the first of the keys; how many."""
    rows = tx.execute(select(variable).where(variable.c.is_encrypted.is_(True))).all()
    for row in rows:
        if row.val is not None:
            values = {"val": rotate(row.val)}
            tx.execute(update(variable).where(variable.c.id == row.id).values(**values))
    return len(rows)
