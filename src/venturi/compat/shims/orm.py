"""Airflow's model classes, mapped on the tables of the metadata database.

Loaded when somebody really asks the database (see `records`): importing SQLAlchemy takes longer
than most tasks.
"""

from typing import Any

from sqlalchemy.orm import Session, configure_mappers, registry, synonym

from venturi.core.errors import VenturiError
from venturi.store.schema.all import metadata

#: Airflow's class -> table
TABLES = {
    "Chart": "chart",
    "Connection": "connection",
    "AssetEvent": "asset_event",
    "AssetModel": "asset",
    "DagCode": "dag_code",
    "DagModel": "dag",
    "DagPickle": "dag_pickle",
    "DagRun": "dag_run",
    "DagStat": "dag_stats",
    "DagTag": "dag_tag",
    "DagVersion": "dag_version",
    "ImportError": "import_error",
    "Job": "job",
    "KnownEvent": "known_event",
    "KnownEventType": "known_event_type",
    "Log": "log",
    "Pool": "slot_pool",
    "RenderedTaskInstanceFields": "rendered_task_instance_fields",
    "SlaMiss": "sla_miss",
    "TaskFail": "task_fail",
    "TaskInstance": "task_instance",
    "Trigger": "trigger",
    "User": "users",
    "Variable": "variable",
    "XCom": "xcom",
}

#: Names a column had in another line of Airflow: class -> {old name: column}
RENAMED = {
    "DagRun": {"execution_date": "logical_date", "logical_date": "execution_date"},
    "TaskInstance": {"execution_date": "logical_date", "logical_date": "execution_date"},
    "ImportError": {"stacktrace": "stacktrace"},
}


class Base:
    """What all mapped classes share: `Model(column=value)`."""

    def __init__(self, **values: Any) -> None:
        for name, value in values.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        keys = ", ".join(
            f"{column.name}={getattr(self, column.name)!r}"
            for column in type(self).__table__.primary_key.columns  # type: ignore[attr-defined]
        )
        return f"<{type(self).__name__} {keys}>"


class _Mapped:
    """The classes made so far; one registry per process, as SQLAlchemy wants it."""

    registry = registry(metadata=metadata)
    classes: dict[str, type] = {}


def model(name: str) -> type:
    """The mapped class of that name. Raises `VenturiError` for a table that is not kept here."""
    if name not in _Mapped.classes:
        table = metadata.tables.get(TABLES.get(name, ""))
        if table is None:
            raise VenturiError(f"{name} has no table here; its rows cannot be asked for.")
        made = type(name, (Base,), {"__table__": table})
        columns = {column.name for column in table.columns}
        _Mapped.registry.map_imperatively(
            made,
            table,
            primary_key=list(table.primary_key.columns) or list(table.columns)[:1],
            properties={
                old: synonym(real)
                for old, real in RENAMED.get(name, {}).items()
                if real in columns and old not in columns
            },
        )
        configure_mappers()
        _Mapped.classes[name] = made
    return _Mapped.classes[name]


def open_session() -> Session:
    """A session on the configured metadata database."""
    from venturi.store.open import open_store

    return StoredSession(open_store().engine)


class StoredSession(Session):
    """A session that knows the stand-ins of `records` as the classes they stand for."""

    def query(self, *entities: Any, **kwargs: Any) -> Any:
        """As SQLAlchemy's; stand-ins are taken for their classes."""
        return super().query(*map(mapped, entities), **kwargs)

    def get(self, entity: Any, *args: Any, **kwargs: Any) -> Any:
        """As SQLAlchemy's; stand-ins are taken for their classes."""
        return super().get(mapped(entity), *args, **kwargs)

    def add(self, instance: Any, *args: Any, **kwargs: Any) -> None:
        """As SQLAlchemy's; a wrapper such as `PasswordUser(user)` stands for what it wraps."""
        super().add(getattr(instance, "__stored__", instance), *args, **kwargs)


def mapped(entity: Any) -> Any:
    """The mapped class of a stand-in; anything else as it is."""
    return model(entity.__stored_name__) if hasattr(entity, "__stored_name__") else entity
