"""All tables: importing this module fills `metadata`."""

from venturi.store.schema import dags, engine, later, people, runs
from venturi.store.schema.base import metadata

MODULES = (dags, runs, engine, people, later)

__all__ = ["MODULES", "metadata"]
