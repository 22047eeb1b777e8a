"""Many changes in one request: what may be asked, and what has become of each."""

from typing import Generic, Literal, TypeVar

import msgspec

E = TypeVar("E")

OnExistence = Literal["fail", "skip", "overwrite"]
OnAbsence = Literal["fail", "skip"]


class Create(
    msgspec.Struct,
    Generic[E],
    frozen=True,
    kw_only=True,
    tag_field="action",
    tag="create",
    forbid_unknown_fields=True,
):
    """Make these."""

    entities: list[E]
    action_on_existence: OnExistence = "fail"


class Update(
    msgspec.Struct,
    Generic[E],
    frozen=True,
    kw_only=True,
    tag_field="action",
    tag="update",
    forbid_unknown_fields=True,
):
    """Change these: what `update_mask` names, else all that they say."""

    entities: list[E]
    action_on_non_existence: OnAbsence = "fail"
    update_mask: list[str] | None = None


class Delete(
    msgspec.Struct,
    Generic[E],
    frozen=True,
    kw_only=True,
    tag_field="action",
    tag="delete",
    forbid_unknown_fields=True,
):
    """Delete these, named by their key or in full."""

    entities: list[str | E]
    action_on_non_existence: OnAbsence = "fail"


class BulkProblem(msgspec.Struct, frozen=True, kw_only=True):
    """Why something was not done."""

    error: str
    status_code: int


class BulkOutcome(msgspec.Struct, kw_only=True):
    """What has become of the actions of one kind."""

    success: list[str] = []
    errors: list[BulkProblem] = []


class BulkAnswer(msgspec.Struct, kw_only=True):
    """What has become of all actions; None where none of the kind was asked for."""

    create: BulkOutcome | None = None
    update: BulkOutcome | None = None
    delete: BulkOutcome | None = None
