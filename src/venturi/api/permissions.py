"""What a caller may be allowed to do: the names that routes declare."""

from enum import StrEnum


class Permission(StrEnum):
    """One right: a kind of thing and what is done to it.

    `PUBLIC` needs no right at all, and is declared as openly as the others.
    """

    PUBLIC = "public"
    DAG_READ = "dag:read"
    DAG_EDIT = "dag:edit"
    #: to keep it among one's own favourites
    DAG_MARK = "dag:mark"
    DAG_DELETE = "dag:delete"
    RUN_READ = "dag.run:read"
    RUN_CREATE = "dag.run:create"
    RUN_EDIT = "dag.run:edit"
    RUN_DELETE = "dag.run:delete"
    TASK_READ = "dag.task:read"
    INSTANCE_READ = "dag.task_instance:read"
    INSTANCE_EDIT = "dag.task_instance:edit"
    INSTANCE_DELETE = "dag.task_instance:delete"
    LOG_READ = "dag.task_log:read"
    CODE_READ = "dag.code:read"
    VERSION_READ = "dag.version:read"
    XCOM_READ = "dag.xcom:read"
    XCOM_CREATE = "dag.xcom:create"
    XCOM_EDIT = "dag.xcom:edit"
    XCOM_DELETE = "dag.xcom:delete"
    ASSET_READ = "dag.asset:read"
    ASSET_CREATE = "dag.asset:create"
    ASSET_EDIT = "dag.asset:edit"
    ASSET_DELETE = "dag.asset:delete"
    HITL_READ = "dag.hitl:read"
    HITL_EDIT = "dag.hitl:edit"
    AUDIT_READ = "audit_log:read"
    IMPORT_ERROR_READ = "import_error:read"
    JOB_READ = "job:read"
    CONFIG_READ = "config:read"
    PLUGIN_READ = "plugin:read"
    PROVIDER_READ = "provider:read"
    #: SQL on connections, charts and known events
    PROFILING_RUN = "profiling:run"
    POOL_READ = "pool:read"
    POOL_CREATE = "pool:create"
    POOL_EDIT = "pool:edit"
    POOL_DELETE = "pool:delete"
    VARIABLE_READ = "variable:read"
    VARIABLE_CREATE = "variable:create"
    VARIABLE_EDIT = "variable:edit"
    VARIABLE_DELETE = "variable:delete"
    CONNECTION_READ = "connection:read"
    CONNECTION_CREATE = "connection:create"
    CONNECTION_EDIT = "connection:edit"
    CONNECTION_DELETE = "connection:delete"
    #: to be somebody: what each user may do with their own account
    SELF_READ = "self:read"
    SELF_EDIT = "self:edit"
    USER_READ = "user:read"
    USER_CREATE = "user:create"
    USER_EDIT = "user:edit"
    USER_DELETE = "user:delete"


class Scope(StrEnum):
    """To which DAGs a right must apply for a route."""

    #: the route is about no DAG
    NONE = "none"
    #: the DAG named in the path; `~` there stands for all that may be seen
    DAG = "dag"
    #: a list over DAGs: only those that may be seen
    DAGS = "dags"
