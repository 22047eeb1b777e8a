"""What each role permits.

Each built-in role permits what the one before it does, and more; a permission stands here with the
least role that has it. A permission that does not stand here is Admin's alone.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from venturi.api.permissions import Permission

P = Permission


class Role(StrEnum):
    """The built-in roles, from the least."""

    PUBLIC = "Public"
    VIEWER = "Viewer"
    USER = "User"
    OP = "Op"
    ADMIN = "Admin"


LEAST: Mapping[P, Role] = {
    # everybody who is somebody
    P.PUBLIC: Role.PUBLIC,
    P.SELF_READ: Role.PUBLIC,
    P.SELF_EDIT: Role.PUBLIC,
    # look
    P.DAG_READ: Role.VIEWER,
    P.RUN_READ: Role.VIEWER,
    P.TASK_READ: Role.VIEWER,
    P.INSTANCE_READ: Role.VIEWER,
    P.LOG_READ: Role.VIEWER,
    P.CODE_READ: Role.VIEWER,
    P.VERSION_READ: Role.VIEWER,
    P.XCOM_READ: Role.VIEWER,
    P.IMPORT_ERROR_READ: Role.VIEWER,
    P.JOB_READ: Role.VIEWER,
    P.POOL_READ: Role.VIEWER,
    P.ASSET_READ: Role.VIEWER,
    P.HITL_READ: Role.VIEWER,
    P.DAG_MARK: Role.VIEWER,
    # work with DAGs
    P.DAG_EDIT: Role.USER,
    P.DAG_DELETE: Role.USER,
    P.RUN_CREATE: Role.USER,
    P.RUN_EDIT: Role.USER,
    P.RUN_DELETE: Role.USER,
    P.INSTANCE_EDIT: Role.USER,
    P.INSTANCE_DELETE: Role.USER,
    P.ASSET_CREATE: Role.USER,
    P.HITL_EDIT: Role.USER,
    # operate the installation
    P.XCOM_CREATE: Role.OP,
    P.XCOM_EDIT: Role.OP,
    P.XCOM_DELETE: Role.OP,
    P.ASSET_EDIT: Role.OP,
    P.ASSET_DELETE: Role.OP,
    P.AUDIT_READ: Role.OP,
    P.CONFIG_READ: Role.OP,
    P.PLUGIN_READ: Role.OP,
    P.PROVIDER_READ: Role.OP,
    P.PROFILING_RUN: Role.OP,
    P.POOL_CREATE: Role.OP,
    P.POOL_EDIT: Role.OP,
    P.POOL_DELETE: Role.OP,
    P.VARIABLE_READ: Role.OP,
    P.VARIABLE_CREATE: Role.OP,
    P.VARIABLE_EDIT: Role.OP,
    P.VARIABLE_DELETE: Role.OP,
    P.CONNECTION_READ: Role.OP,
    P.CONNECTION_CREATE: Role.OP,
    P.CONNECTION_EDIT: Role.OP,
    P.CONNECTION_DELETE: Role.OP,
    # administer it
    P.USER_READ: Role.ADMIN,
    P.USER_CREATE: Role.ADMIN,
    P.USER_EDIT: Role.ADMIN,
    P.USER_DELETE: Role.ADMIN,
}

_RANK = {role: number for number, role in enumerate(Role)}


def permits(role: Role) -> frozenset[P]:
    """What a built-in role permits."""
    return frozenset(p for p in P if _RANK[LEAST.get(p, Role.ADMIN)] <= _RANK[role])


_PERMITS: Mapping[str, frozenset[P]] = {role: permits(role) for role in Role}
_KNOWN: Mapping[str, P] = {permission.value: permission for permission in P}


def permissions_of(roles: Iterable[str], granted: Iterable[str] = ()) -> frozenset[P]:
    """What somebody with these roles may do; `granted` is what roles that people made permit."""
    found = set(_PERMITS[Role.PUBLIC])
    for role in roles:
        found |= _PERMITS.get(role, frozenset())
    found |= {_KNOWN[name] for name in granted if name in _KNOWN}
    return frozenset(found)


#: The words of Airflow's `roles add-perms`: resource -> the first part of a permission's name.
RESOURCES: Mapping[str, str] = {
    "DAGs": "dag",
    "DAG Runs": "dag.run",
    "Tasks": "dag.task",
    "Task Instances": "dag.task_instance",
    "Task Logs": "dag.task_log",
    "DAG Code": "dag.code",
    "DAG Versions": "dag.version",
    "XComs": "dag.xcom",
    "Assets": "dag.asset",
    "Datasets": "dag.asset",
    "HITL Detail": "dag.hitl",
    "Configurations": "config",
    "Plugins": "plugin",
    "Providers": "provider",
    "Audit Logs": "audit_log",
    "ImportError": "import_error",
    "Jobs": "job",
    "Pools": "pool",
    "Variables": "variable",
    "Connections": "connection",
    "Users": "user",
}
_ACTIONS = {"can_read": "read", "can_create": "create", "can_edit": "edit", "can_delete": "delete"}


def permission_named(resource: str, action: str) -> P | None:
    """The permission that Airflow calls `action` on `resource`; None where nothing is like it."""
    first, last = RESOURCES.get(resource, resource), _ACTIONS.get(action, action)
    return _KNOWN.get(f"{first}:{last}")


def resource_and_action(permission: P) -> tuple[str, str]:
    """The same the other way: what Airflow calls a permission."""
    first, _, last = permission.partition(":")
    names = {word: resource for resource, word in reversed(list(RESOURCES.items()))}
    return names.get(first, first), f"can_{last}" if last else "can_read"
