"""`airflow.version`."""

from airflow import __version__ as version

__all__ = ["version"]
