"""XComs by hand: what tasks have left for others, also of other DAGs and runs."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from venturi.core.requests import DeleteXCom, GetXCom, SetXCom
from venturi.sdk.comms import current_comms
from venturi.sdk.runtime_xcom import RETURN_KEY as XCOM_RETURN_KEY
from venturi.sdk.serde import decode, encode, length_of

__all__ = ["XCOM_RETURN_KEY", "BaseXCom", "XCom", "XComResult"]


class XComResult(NamedTuple):
    """One XCom."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    key: str | None
    value: Any


class BaseXCom:
    """Base of XCom backends of an author's own: override `serialize_value` and
    `deserialize_value`, which turn a value into what is stored and back."""

    XCOM_RETURN_KEY = XCOM_RETURN_KEY

    @staticmethod
    def serialize_value(value: Any, **_: Any) -> str:
        """`value` as text."""
        return encode(value)

    @staticmethod
    def deserialize_value(result: Any) -> Any:
        """The value of stored text (or of something with it as `.value`)."""
        return decode(getattr(result, "value", result))

    @classmethod
    def set(
        cls,
        key: str,
        value: Any,
        task_id: str,
        dag_id: str,
        run_id: str | None = None,
        map_index: int = -1,
        **_: Any,
    ) -> None:
        """Store an XCom."""
        text = cls.serialize_value(value)
        current_comms().ask(
            SetXCom(
                dag_id=dag_id,
                run_id=run_id or "",
                task_id=task_id,
                key=key,
                value=text,
                map_index=map_index,
                length=length_of(value),
            )
        )

    @classmethod
    def get_value(cls, *, ti_key: Any, key: str | None = None, **_: Any) -> Any:
        """The XCom of a task instance."""
        return cls.get_one(
            key=key,
            dag_id=ti_key.dag_id,
            task_id=ti_key.task_id,
            run_id=ti_key.run_id,
            map_index=getattr(ti_key, "map_index", -1),
        )

    @classmethod
    def get_one(
        cls,
        *,
        key: str | None = XCOM_RETURN_KEY,
        dag_id: str | None = None,
        task_id: str | None = None,
        run_id: str | None = None,
        map_index: int | None = None,
        include_prior_dates: bool = False,
        **_: Any,
    ) -> Any:
        """The newest that matches, or None."""
        found = cls.get_many(
            key=key,
            dag_ids=dag_id,
            task_ids=task_id,
            run_id=run_id,
            map_indexes=map_index,
            include_prior_dates=include_prior_dates,
            limit=1,
        )
        return found[0].value if found else None

    @classmethod
    def get_many(
        cls,
        *,
        run_id: str | None = None,
        key: str | None = None,
        task_ids: str | Iterable[str] | None = None,
        dag_ids: str | Iterable[str] | None = None,
        map_indexes: int | Iterable[int] | None = None,
        include_prior_dates: bool = False,
        limit: int | None = None,
        **_: Any,
    ) -> list[XComResult]:
        """All that match, newest first; without `dag_ids` those of the running task's DAG."""
        tasks = (task_ids,) if isinstance(task_ids, str) else tuple(task_ids or ())
        indexes = (map_indexes,) if isinstance(map_indexes, int) else map_indexes
        found: list[XComResult] = []
        for dag_id in _dags(dag_ids):
            rows = current_comms().ask(
                GetXCom(
                    dag_id=dag_id,
                    task_ids=tasks,
                    key=key,
                    run_id=run_id,
                    map_indexes=tuple(indexes) if indexes is not None else None,
                    include_prior_dates=include_prior_dates,
                    limit=limit,
                )
            )
            found += [
                XComResult(
                    dag_id,
                    row.get("run_id", run_id or ""),
                    row["task_id"],
                    row.get("map_index", -1),
                    row.get("key", key),
                    cls.deserialize_value(row["value"]),
                )
                for row in rows or ()
            ]
        return found[:limit] if limit is not None else found

    @classmethod
    def delete(
        cls, key: str, task_id: str, dag_id: str, run_id: str, map_index: int = -1, **_: Any
    ) -> None:
        """Delete an XCom."""
        current_comms().ask(
            DeleteXCom(dag_id=dag_id, run_id=run_id, task_id=task_id, key=key, map_index=map_index)
        )


XCom = BaseXCom


def _dags(dag_ids: str | Iterable[str] | None) -> tuple[str, ...]:
    if dag_ids is None:
        from venturi.sdk.context import get_current_context

        return (str(get_current_context()["dag"].dag_id),)
    return (dag_ids,) if isinstance(dag_ids, str) else tuple(dag_ids)
