"""Questions of tasks to people: no operator asks any yet, so there are none."""

from datetime import datetime
from typing import Any, NoReturn

import msgspec

from venturi.api.call import Call
from venturi.api.shapes.common import Body, ListQuery
from venturi.api.shapes.instances import InstanceAnswer, TryAnswer
from venturi.api.shapes.runs import ALL
from venturi.core.errors import NotFound
from venturi.store.queries.instances import get_instance
from venturi.store.queries.runs import get_run


class HitlQuery(ListQuery, frozen=True, kw_only=True):
    """Which questions to list."""

    dag_id_pattern: str | None = None
    dag_id_prefix_pattern: str | None = None
    task_id: str | None = None
    task_id_pattern: str | None = None
    task_id_prefix_pattern: str | None = None
    map_index: int | None = None
    state: list[str] = []
    response_received: bool | None = None
    responded_by_user_id: list[str] = []
    responded_by_user_name: list[str] = []
    subject_search: str | None = None
    body_search: str | None = None
    created_at_gte: datetime | None = None
    created_at_gt: datetime | None = None
    created_at_lte: datetime | None = None
    created_at_lt: datetime | None = None


class HitlUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who is asked, or has answered."""

    id: str
    name: str


class HitlQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question and its answer."""

    options: list[str]
    subject: str
    body: str | None
    defaults: list[str] | None
    multiple: bool
    params: dict[str, Any]
    assigned_users: list[HitlUser]
    created_at: datetime
    responded_by_user: HitlUser | None
    responded_at: datetime | None
    chosen_options: list[str] | None
    params_input: dict[str, Any]
    response_received: bool


class HitlDetail(HitlQuestion, frozen=True, kw_only=True):
    """A question of a task instance."""

    task_instance: InstanceAnswer


class HitlDetailHistory(HitlQuestion, frozen=True, kw_only=True):
    """A question of an earlier try."""

    task_instance: TryAnswer


class HitlDetails(msgspec.Struct, frozen=True, kw_only=True):
    """A page of questions."""

    hitl_details: list[HitlDetail]
    total_entries: int


class HitlAnswerBody(Body, frozen=True, kw_only=True):
    """An answer."""

    chosen_options: list[str]
    params_input: dict[str, Any] = {}


class HitlAnswered(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was taken."""

    responded_by: HitlUser
    responded_at: datetime
    chosen_options: list[str]
    params_input: dict[str, Any]


def get_hitl_details(call: Call, dag_id: str, dag_run_id: str, query: HitlQuery) -> HitlDetails:
    """A page of questions of tasks to people; `~` for all runs, or all DAGs."""
    call.paging(query.limit, query.offset, query.order_by)
    if ALL not in {dag_id, dag_run_id}:
        with call.read() as tx:
            get_run(tx, call.scope, dag_id, dag_run_id)
    return HitlDetails(hitl_details=[], total_entries=0)


def get_hitl_detail(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int
) -> HitlDetail:
    """The question of a task instance."""
    _nothing_asked(call, dag_id, dag_run_id, task_id, map_index)


def update_hitl_detail(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int, body: HitlAnswerBody
) -> HitlAnswered:
    """Answer the question of a task instance."""
    del body
    _nothing_asked(call, dag_id, dag_run_id, task_id, map_index)


def get_hitl_detail_try_detail(
    call: Call, dag_id: str, dag_run_id: str, task_id: str, map_index: int, try_number: int
) -> HitlDetailHistory:
    """The question of an earlier try."""
    del try_number
    _nothing_asked(call, dag_id, dag_run_id, task_id, map_index)


def _nothing_asked(call: Call, dag_id: str, run_id: str, task_id: str, map_index: int) -> NoReturn:
    with call.read() as tx:
        get_instance(tx, call.scope, dag_id, run_id, task_id, map_index)
    raise NotFound(f"Task {task_id!r} asks nobody anything in run {run_id!r}.")
