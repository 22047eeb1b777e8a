"""Stored things under Airflow's names, for code that asks the database itself.

Many files import `DagRun` or `TaskInstance` only to annotate an argument. So a name stands in for
its mapped class until a column, a query or an instance of it is wanted; only then SQLAlchemy and
the store are loaded.
"""

from typing import Any


class Stored(type):
    """The type of stand-ins: everything asked of one is asked of the mapped class."""

    __stored_name__: str

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name != "__table__":
            raise AttributeError(name)
        return getattr(cls.__mapped_class__(), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """An instance of the mapped class."""
        return cls.__mapped_class__()(*args, **kwargs)

    def __instancecheck__(cls, instance: Any) -> bool:
        names = {each.__name__ for each in type(instance).__mro__}
        return cls.__stored_name__ in names

    def __clause_element__(cls) -> Any:
        """What SQLAlchemy takes the stand-in for in `select(DagRun)`."""
        from sqlalchemy import inspect

        return inspect(cls.__mapped_class__()).__clause_element__()

    def __mapped_class__(cls) -> Any:
        from venturi.compat.shims.orm import model

        return model(cls.__stored_name__)


class _StandIns:
    """The stand-ins made so far, so that each name is one class."""

    made: dict[str, type] = {}


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    if name not in _StandIns.made:
        real = name.removesuffix("Record")
        _StandIns.made[name] = Stored(real, (), {"__stored_name__": real, "__doc__": _doc(real)})
    return _StandIns.made[name]


def _doc(name: str) -> str:
    return f"Stands for the stored rows that Airflow calls {name}."
