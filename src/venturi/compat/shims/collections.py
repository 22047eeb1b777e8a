"""`airflow.utils.helpers`: functions on lists, dicts and names."""

import re
from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import islice
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin

from venturi.core.errors import InvalidInput

T = TypeVar("T")
S = TypeVar("S")

KEY_REGEX = re.compile(r"^[\w.-]+$")
GROUP_KEY_REGEX = re.compile(r"^[\w-]+$")
CAMELCASE_TO_SNAKE_CASE_REGEX = re.compile(r"(?!^)([A-Z]+)")


def is_container(obj: Any) -> bool:
    """Whether `obj` can be iterated and is not text."""
    return hasattr(obj, "__iter__") and not isinstance(obj, str)


def as_tuple(obj: Any) -> tuple[Any, ...]:
    """`obj` as a tuple; a single thing becomes a tuple of one."""
    return tuple(obj) if is_container(obj) else (obj,)


def as_flattened_list(iterable: Iterable[Iterable[T]]) -> list[T]:
    """All elements of the elements."""
    return [each for inner in iterable for each in inner]


def chunks(items: list[T], chunk_size: int) -> Generator[list[T], None, None]:
    """`items` in lists of `chunk_size`, the last one perhaps shorter."""
    if chunk_size <= 0:
        raise ValueError("Chunk size must be a positive integer")
    for start in range(0, len(items), chunk_size):
        yield items[start : start + chunk_size]


def reduce_in_chunks(
    fn: Callable[[S, list[T]], S], iterable: Iterable[T], initializer: S, chunk_size: int = 0
) -> S:
    """`functools.reduce` over lists of `chunk_size` elements; 0: one list of all."""
    remaining = iter(iterable)
    value = initializer
    while batch := list(islice(remaining, chunk_size or None)):
        value = fn(value, batch)
    return value


def partition(pred: Callable[[T], bool], iterable: Iterable[T]) -> tuple[list[T], list[T]]:
    """The elements for which `pred` does not hold, and those for which it does."""
    no: list[T] = []
    yes: list[T] = []
    for each in iterable:
        (yes if pred(each) else no).append(each)
    return no, yes


def merge_dicts(dict1: Mapping[str, Any], dict2: Mapping[str, Any]) -> dict[str, Any]:
    """Both dicts in one, dicts inside them too; the second one wins."""
    merged = dict(dict1)
    for key, value in dict2.items():
        mine = merged.get(key)
        if isinstance(mine, dict) and isinstance(value, Mapping):
            merged[key] = merge_dicts(mine, value)
        else:
            merged[key] = value
    return merged


def prune_dict(val: Any, mode: str = "strict") -> Any:
    """`val` without what is None ("strict") or falsy ("truthy"), inside dicts and lists too."""
    if mode not in {"strict", "truthy"}:
        raise ValueError("allowable values for `mode`: 'strict', 'truthy'")

    def is_empty(value: Any) -> bool:
        return value is None if mode == "strict" else not value

    if isinstance(val, dict):
        pruned = {
            key: prune_dict(value, mode) if isinstance(value, dict | list) else value
            for key, value in val.items()
            if not is_empty(value)
        }
        return {key: value for key, value in pruned.items() if not is_empty(value)}
    if isinstance(val, list):
        kept = [
            prune_dict(each, mode) if isinstance(each, dict | list) else each
            for each in val
            if not is_empty(each)
        ]
        return [each for each in kept if not is_empty(each)]
    return val


def exactly_one(*args: Any) -> bool:
    """Whether exactly one of the arguments is truthy."""
    return sum(map(bool, args)) == 1


def at_most_one(*args: Any) -> bool:
    """Whether no more than one of the arguments is truthy."""
    return sum(map(bool, args)) <= 1


def is_empty(value: Any) -> bool:
    """Whether there is nothing in `value`; 0 and False are something."""
    return not value and value not in (0, False)


def convert_camel_to_snake(camel_str: str) -> str:
    """`CamelCase` as `camel_case`."""
    return CAMELCASE_TO_SNAKE_CASE_REGEX.sub(r"_\1", camel_str).lower()


def validate_key(k: str, max_length: int = 250) -> None:
    """Raise `InvalidInput` unless `k` may be a key: letters, digits, dashes, dots, underscores."""
    _check(k, max_length, KEY_REGEX, "letters, digits, dashes, dots and underscores")


def validate_group_key(k: str, max_length: int = 200) -> None:
    """Raise `InvalidInput` unless `k` may be a group's key: as a key, without dots."""
    _check(k, max_length, GROUP_KEY_REGEX, "letters, digits, dashes and underscores")


def _check(key: Any, longest: int, allowed: re.Pattern[str], words: str) -> None:
    if not isinstance(key, str):
        raise TypeError(f"The key must be text, not {type(key).__name__}: {key!r}.")
    if len(key) > longest:
        raise InvalidInput(f"The key {key!r} is longer than {longest} characters.")
    if not allowed.match(key):
        raise InvalidInput(f"The key {key!r} may contain only {words}.")


def build_airflow_url_with_query(query: dict[str, Any]) -> str:
    """The page of DAG runs with this query."""
    return f"{_base_url()}/dag_runs?{urlencode(query)}"


def build_airflow_dagrun_url(dag_id: str, run_id: str) -> str:
    """The page of one DAG run."""
    return urljoin(f"{_base_url()}/", f"dags/{dag_id}/runs/{run_id}")


def _base_url() -> str:
    from venturi.config import get_config

    return str(get_config().get("api", "base_url", fallback="http://localhost:8080")).rstrip("/")


def alchemy_to_dict(obj: Any) -> dict[str, Any] | None:
    """The columns of a stored row as a dict, datetimes as ISO text."""
    if not obj:
        return None
    columns = [column.name for column in obj.__table__.columns]
    values = {name: getattr(obj, name) for name in columns}
    return {n: v.isoformat() if hasattr(v, "isoformat") else v for n, v in values.items()}


def ask_yesno(question: str, default: bool | None = None, output_fn: Any = print) -> bool:
    """Ask a person for yes or no."""
    answers = {"y": True, "yes": True, "n": False, "no": False}
    while True:
        output_fn(question)
        answer = input().strip().lower()
        if not answer and default is not None:
            return default
        if answer in answers:
            return answers[answer]
        output_fn("Please answer y/yes or n/no.")
