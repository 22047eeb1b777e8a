"""`airflow.utils.session`: a database session for code that wants one, opened when it is used."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

#: Default of `session=` arguments that a caller need not give.
NEW_SESSION: Any = None


@contextmanager
def create_session(scoped: bool = True) -> Iterator[Any]:  # noqa: ARG001
    """A session for the block: committed at its end, rolled back if it raises."""
    from venturi.compat.shims.orm import open_session

    session = open_session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.close()


def provide_session(func: F) -> F:
    """Give `func` a session of its own when the caller gives none."""
    parameters = list(signature(func).parameters)
    if "session" not in parameters:
        raise ValueError(f"Function {func.__qualname__} has no `session` argument")
    place = parameters.index("session")

    @wraps(func)
    def with_session(*args: Any, **kwargs: Any) -> Any:
        if kwargs.get("session") is not None or len(args) > place:
            return func(*args, **kwargs)
        with create_session() as session:
            return func(*args, **{**kwargs, "session": session})

    return with_session  # type: ignore[return-value]


def create_global_lock(*args: Any, **kwargs: Any) -> Any:  # noqa: ARG001
    """Nothing to lock: changes are guarded row by row."""
    from contextlib import nullcontext

    return nullcontext()
