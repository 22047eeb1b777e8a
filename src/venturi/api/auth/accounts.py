"""Users and roles, in the shapes of Airflow's FAB provider (and of its 2.x REST API)."""

from datetime import datetime
from typing import Annotated

import msgspec

from venturi.api.auth.roles import Role, permission_named, permissions_of, resource_and_action
from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.permissions import Permission
from venturi.api.shapes.common import Body, ListQuery
from venturi.api.shapes.dags import MaskQuery
from venturi.core.errors import InvalidInput, NotFound
from venturi.store.commands import users as commands
from venturi.store.commands.users import NewUser
from venturi.store.engine import Tx
from venturi.store.queries.users import UserRow, get_user, granted_permissions, list_users


class Named(Body, frozen=True, kw_only=True):
    """Something by its name."""

    name: str


Text = Annotated[str, msgspec.Meta(max_length=250)]


class UserBody(Body, frozen=True, kw_only=True):
    """A user to make."""

    username: Text
    email: Text = ""
    first_name: Text = ""
    last_name: Text = ""
    roles: list[Named] = []
    password: str | None = None


class UserPatch(Body, frozen=True, kw_only=True):
    """What of a user to change; what is not named stays."""

    username: Text | msgspec.UnsetType = msgspec.UNSET
    email: Text | msgspec.UnsetType = msgspec.UNSET
    first_name: Text | msgspec.UnsetType = msgspec.UNSET
    last_name: Text | msgspec.UnsetType = msgspec.UNSET
    roles: list[Named] | msgspec.UnsetType = msgspec.UNSET
    password: str | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET


class UserAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A user; the password goes only one way."""

    username: str
    email: str
    first_name: str
    last_name: str
    roles: list[Named]
    active: bool
    last_login: datetime | None
    login_count: int
    created_on: datetime | None


class Users(msgspec.Struct, frozen=True, kw_only=True):
    """A page of users."""

    users: list[UserAnswer]
    total_entries: int


class UsersQuery(ListQuery, frozen=True, kw_only=True):
    """Which users to list."""

    username_pattern: str | None = None


class ActionResource(Body, frozen=True, kw_only=True):
    """A permission: what is done, and to what."""

    action: Named
    resource: Named


class RoleBody(Body, frozen=True, kw_only=True):
    """A role and what it permits."""

    name: Text
    actions: list[ActionResource] = []


class Roles(msgspec.Struct, frozen=True, kw_only=True):
    """All roles."""

    roles: list[RoleBody]
    total_entries: int


def get_users(call: Call, query: UsersQuery) -> Users:
    """A page of users."""
    paging = call.paging(query.limit, query.offset, query.order_by)
    with call.read() as tx:
        page = list_users(tx, query.username_pattern, paging)
    return Users(users=[_user(row) for row in page.rows], total_entries=page.total)


def get_one_user(call: Call, username: str) -> UserAnswer:
    """One user."""
    with call.read() as tx:
        return _user(get_user(tx, username))


def post_user(call: Call, body: UserBody) -> UserAnswer:
    """Make a user."""
    wanted = NewUser(
        username=body.username,
        email=body.email,
        first_name=body.first_name,
        last_name=body.last_name,
        roles=tuple(role.name for role in body.roles),
        password=body.password,
    )
    call.api.store.retrying(lambda tx: commands.create_user(tx, wanted, call.actor))
    return get_one_user(call, body.username)


def patch_user(call: Call, username: str, query: MaskQuery, body: UserPatch) -> UserAnswer:
    """Change a user; a new password, or making them inactive, ends what they are signed in with."""
    values = msgspec.structs.asdict(body)
    if query.update_mask:
        values = {name: value for name, value in values.items() if name in query.update_mask}
    values = {name: value for name, value in values.items() if value is not msgspec.UNSET}
    if values.pop("username", username) != username:
        raise Refused(400, "The name of a user cannot be changed: DAGs name it as their owner.")
    roles, password = values.pop("roles", None), values.pop("password", None)
    if "active" in values:
        values["is_active"] = values.pop("active")

    def change(tx: Tx) -> None:
        get_user(tx, username)
        if values:
            commands.change_user(tx, username, call.actor, **values)
        if roles is not None:
            commands.set_roles(tx, username, [role.name for role in roles], call.actor)
        if password is not None:
            commands.set_password(tx, username, password, call.actor)

    call.api.store.retrying(change)
    return get_one_user(call, username)


def delete_user(call: Call, username: str) -> None:
    """Delete a user."""
    call.api.store.retrying(lambda tx: commands.delete_user(tx, username, call.actor))


def _user(row: UserRow) -> UserAnswer:
    return UserAnswer(
        username=row.username,
        email=row.email,
        first_name=row.first_name,
        last_name=row.last_name,
        roles=[Named(name=name) for name in row.roles],
        active=row.is_active,
        last_login=row.last_login,
        login_count=row.login_count,
        created_on=row.created_at,
    )


# --- roles -------------------------------------------------------------------------------------


def get_roles(call: Call) -> Roles:
    """All roles with what they permit."""
    with call.read() as tx:
        found = [_role(tx, name) for name in commands.list_roles(tx)]
    return Roles(roles=found, total_entries=len(found))


def get_role(call: Call, role_name: str) -> RoleBody:
    """One role."""
    with call.read() as tx:
        if role_name not in commands.list_roles(tx):
            raise NotFound(f"There is no role {role_name!r}.")
        return _role(tx, role_name)


def post_role(call: Call, body: RoleBody) -> RoleBody:
    """Make a role."""
    wanted = permissions(body.actions)

    def change(tx: Tx) -> None:
        commands.create_role(tx, body.name, call.actor)
        commands.permit(tx, body.name, wanted, call.actor)

    call.api.store.retrying(change)
    return get_role(call, body.name)


def patch_role(call: Call, role_name: str, body: RoleBody) -> RoleBody:
    """Say anew what a role permits."""
    if body.name != role_name:
        raise Refused(400, "The name of a role cannot be changed: DAGs name it.")
    wanted = permissions(body.actions)

    def change(tx: Tx) -> None:
        before = granted_permissions(tx, [role_name])
        commands.forbid(tx, role_name, before - set(wanted), call.actor)
        commands.permit(tx, role_name, wanted, call.actor)

    call.api.store.retrying(change)
    return get_role(call, role_name)


def delete_role(call: Call, role_name: str) -> None:
    """Delete a role; nobody has it any more."""
    call.api.store.retrying(lambda tx: commands.delete_role(tx, role_name, call.actor))


def permissions(actions: list[ActionResource]) -> list[Permission]:
    """What is named in Airflow's words. Raises `InvalidInput` for what nothing is like."""
    found = []
    for each in actions:
        permission = permission_named(each.resource.name, each.action.name)
        if permission is None:
            raise InvalidInput(f"There is no right {each.action.name!r} on {each.resource.name!r}.")
        found.append(permission)
    return found


def _role(tx: Tx, name: str) -> RoleBody:
    if name in set(Role):
        permitted = permissions_of([name])
    else:
        permitted = permissions_of([], granted_permissions(tx, [name]))
    shown = sorted(permitted - permissions_of([]))
    return RoleBody(name=name, actions=[_action(permission) for permission in shown])


def _action(permission: Permission) -> ActionResource:
    resource, action = resource_and_action(permission)
    return ActionResource(action=Named(name=action), resource=Named(name=resource))
