"""Variables. A value whose key tells of a secret is shown as `***`."""

import json
from typing import Annotated, Any

import msgspec

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.rest.bulk import Kind, carry_out
from venturi.api.shapes.bulk import BulkAnswer, Create, Delete, Update
from venturi.api.shapes.common import Body, ListQuery, pattern
from venturi.api.shapes.dags import MaskQuery
from venturi.sdk.secrets_masker import MASK, redact
from venturi.store.commands import variables as commands
from venturi.store.commands.variables import Variable
from venturi.store.engine import Tx


class VariablesQuery(ListQuery, frozen=True, kw_only=True):
    """Which variables to list."""

    variable_key_pattern: str | None = None
    variable_key_prefix_pattern: str | None = None


class VariableBody(Body, frozen=True, kw_only=True):
    """A variable; a value that is not text is kept as JSON."""

    key: Annotated[str, msgspec.Meta(max_length=250)]
    value: Any
    description: str | None = None
    team_name: str | None = None


class VariableAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A variable."""

    key: str
    value: str | None
    description: str | None
    is_encrypted: bool
    team_name: str | None = None


class Variables(msgspec.Struct, frozen=True, kw_only=True):
    """A page of variables."""

    variables: list[VariableAnswer]
    total_entries: int


class VariablesBulk(Body, frozen=True, kw_only=True):
    """Changes of variables, one after the other."""

    actions: list[Create[VariableBody] | Update[VariableBody] | Delete[VariableBody]]


def get_variables(call: Call, query: VariablesQuery) -> Variables:
    """A page of variables."""
    paging = call.paging(query.limit, query.offset, query.order_by or ["id"])
    wanted = pattern(query.variable_key_pattern, query.variable_key_prefix_pattern)
    with call.read() as tx:
        page = commands.list_variables(tx, wanted, paging)
    return Variables(variables=[_answer(row) for row in page.rows], total_entries=page.total)


def get_variable(call: Call, variable_key: str) -> VariableAnswer:
    """One variable."""
    with call.read() as tx:
        return _answer(commands.get_variable(tx, variable_key))


def post_variable(call: Call, body: VariableBody) -> VariableAnswer:
    """Make a variable."""
    call.change(lambda tx: _create(tx, call, body))
    return get_variable(call, body.key)


def _create(tx: Tx, call: Call, body: VariableBody) -> None:
    commands.set_variable(
        tx, body.key, _text(body.value), call.actor, description=body.description, only_new=True
    )


def patch_variable(
    call: Call, variable_key: str, query: MaskQuery, body: VariableBody
) -> VariableAnswer:
    """Change a variable."""
    if body.key != variable_key:
        raise Refused(400, f"The body is about {body.key!r}, the address about {variable_key!r}.")
    call.change(lambda tx: _patch(tx, call, body, query.update_mask))
    return get_variable(call, variable_key)


def _patch(tx: Tx, call: Call, body: VariableBody, mask: list[str]) -> None:
    fields = mask or ["value", "description"]
    now = commands.get_variable(tx, body.key)
    # A mask that comes back is not a new value.
    keep = "value" not in fields or body.value == MASK
    commands.set_variable(
        tx,
        body.key,
        now.value or "" if keep else _text(body.value),
        call.actor,
        description=body.description if "description" in fields else None,
    )


def bulk_variables(call: Call, body: VariablesBulk) -> BulkAnswer:
    """Make, change and delete variables."""

    def key(entity: str | VariableBody) -> str:
        return entity if isinstance(entity, str) else entity.key

    kind = Kind[VariableBody](
        noun="variable",
        key=key,
        exists=lambda tx, each: commands.has_variable(tx, key(each)),
        create=lambda tx, each: _create(tx, call, each),
        update=lambda tx, each, mask: _patch(tx, call, each, mask),
        delete=lambda tx, each: commands.delete_variable(tx, key(each), call.actor),
    )
    return carry_out(call, kind, body.actions)


def delete_variable(call: Call, variable_key: str) -> None:
    """Delete a variable."""
    call.change(lambda tx: commands.delete_variable(tx, variable_key, call.actor))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _answer(row: Variable) -> VariableAnswer:
    return VariableAnswer(
        key=row.key,
        value=shown(row.key, row.value),
        description=row.description,
        is_encrypted=row.is_encrypted,
    )


def shown(key: str | None, text: str | None) -> str | None:
    """A value as people may see it: secrets by name as `***`, also inside JSON objects."""
    if not text:
        return text
    try:
        value = json.loads(text)
    except ValueError:
        return str(redact(text, key))
    hidden = redact(value, key)
    if hidden == value:
        return text
    return hidden if isinstance(hidden, str) else json.dumps(hidden)
