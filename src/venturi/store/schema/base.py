"""Column types that mean the same on SQLite, MariaDB/MySQL and PostgreSQL."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import BigInteger, DateTime, LargeBinary, MetaData
from sqlalchemy.dialects import mysql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python, naive UTC with microseconds in the database."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime())

    def bind_processor(self, dialect: Dialect) -> Any:
        """What a transaction writes has few different instants: each is put into words once."""
        processor = super().bind_processor(dialect)
        return None if processor is None else lru_cache(maxsize=256)(processor)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class _Fitted(TypeDecorator[Any]):
    """A column whose values are made to fit, on servers. SQLite takes all as it is, and is asked
    nothing."""

    impl: type[sa.types.TypeEngine[Any]] = sa.String
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        """What a value goes through on its way to the database."""
        return None if dialect.name == "sqlite" else self.fit

    def fit(self, value: Any) -> Any:
        """The value as a server takes it: PostgreSQL knows no character 0."""
        return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value


class _Name(_Fitted):
    """A name: whole or not at all. Its length is looked at before it comes here."""

    cache_ok = True


class _Text(_Fitted):
    """Text of any length."""

    impl = sa.Text
    cache_ok = True


class String(_Fitted):
    """Text of limited length: a server gets what fits.

    What may be longer, such as a host's or an operator's name, is for people to read: the end of
    it must not keep a result from being written.
    """

    cache_ok = True

    def fit(self, value: Any) -> Any:
        """Cut what is too long."""
        length = self.length
        if isinstance(value, str) and length is not None and len(value) > length:
            value = value[:length]
        return super().fit(value)


class Integer(_Fitted):
    """A number of 32 bit on servers: what an author wrote beyond is as far as it goes."""

    impl = sa.Integer
    cache_ok = True

    def fit(self, value: Any) -> Any:
        """Bring a number within bounds."""
        if isinstance(value, int) and not -(2**31) <= value < 2**31:
            return -(2**31) if value < 0 else 2**31 - 1
        return value


#: 64 bit: MySQL's plain FLOAT has 32. As a Python float: a decimal would go out as text in JSON.
Float = sa.Float().with_variant(mysql.DOUBLE(asdecimal=False), "mysql")
#: Row ids: 64 bit everywhere; SQLite counts up only a column that is declared INTEGER.
Id = BigInteger().with_variant(sa.Integer, "sqlite")
#: Names of DAGs, tasks, runs. Case matters in them, also on MySQL.
Name = (
    sa.String(250)
    .with_variant(mysql.VARCHAR(250, charset="utf8mb4", collation="utf8mb4_bin"), "mysql")
    .with_variant(_Name(250), "postgresql")
)
LongText = sa.Text().with_variant(mysql.LONGTEXT, "mysql").with_variant(_Text(), "postgresql")
LongBytes = LargeBinary().with_variant(mysql.LONGBLOB, "mysql")
