"""Whether the database can be worked with: the quick look every command takes first."""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from venturi.core.errors import VenturiError
from venturi.store.engine import DatabaseUnavailable, Store
from venturi.store.faults import is_missing_table, sentence

_REMEDY = "Run: airflow db migrate"


class NotReady(VenturiError):
    """The database has no tables yet, or those of another version."""


def newest_revision() -> str:
    """The newest revision by the names of the files, without loading Alembic."""
    folder = Path(__file__).parent.parent / "migrations" / "versions"
    return max(file.name.partition("_")[0] for file in folder.glob("[0-9]*_*.py"))


def require_ready(store: Store) -> None:
    """Raise `NotReady` or `DatabaseUnavailable` with the remedy unless the tables are current."""
    shown = store.url.render_as_string(hide_password=True)
    if store.is_sqlite and not Path(store.url.database or "").exists():
        raise NotReady(f"There is no database {shown} yet. {_REMEDY}")
    try:
        with store.read() as tx:
            revision = tx.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        if is_missing_table(error):
            raise NotReady(f"The database {shown} is empty. {_REMEDY}") from error
        raise DatabaseUnavailable(sentence(error, store.url)) from error
    if revision == "making":
        raise NotReady(f"The database {shown} is half-made: it was interrupted. {_REMEDY}")
    if revision != newest_revision():
        raise NotReady(
            f"The tables of {shown} are of another version ({revision}; this one needs "
            f"{newest_revision()}). {_REMEDY}"
        )


def answers(store: Store) -> str | None:
    """None when the database answers, else the sentence that says why not."""
    try:
        with store.read() as tx:
            tx.execute(text("SELECT 1"))
    except DBAPIError as error:
        return sentence(error, store.url)
    return None
