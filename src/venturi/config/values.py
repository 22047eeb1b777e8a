"""Text of an option to a value: what may stand there, and the sentence when it does not."""

from typing import assert_never

from venturi.config.checks import CHECKS
from venturi.config.options import Option

_TRUE = frozenset({"true", "t", "1", "yes", "y", "on"})
_FALSE = frozenset({"false", "f", "0", "no", "n", "off"})


def to_boolean(text: str) -> bool:
    """True or False; a trailing `# remark` is dropped. Raises ValueError with the reason."""
    word = _without_remark(text).lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ValueError("must be True or False")


def to_integer(text: str) -> int:
    """A whole number; `30.0` counts as one. Raises ValueError with the reason."""
    word = _without_remark(text)
    try:
        return int(word)
    except ValueError:
        pass
    try:
        number = float(word)
    except ValueError:
        number = float("nan")
    if number != number or not number.is_integer():  # noqa: PLR0124 - NaN differs from itself
        raise ValueError("must be a whole number")
    return int(number)


def to_float(text: str) -> float:
    """A finite number. Raises ValueError with the reason."""
    word = _without_remark(text)
    try:
        number = float(word)
    except ValueError:
        number = float("nan")
    if number - number != 0:
        raise ValueError("must be a number")
    return number


def to_list(text: str, delimiter: str | None = None) -> list[str]:
    """The non-empty parts between `delimiter`s, or between commas and white space."""
    parts = text.replace(",", " ").split() if delimiter is None else text.split(delimiter)
    return [part.strip() for part in parts if part.strip()]


def checked(option: Option, text: str) -> str:
    """`text` as `option` takes it: a remark behind a number dropped, a choice in its own case.

    Empty text is always taken and means unset for anything but a string. Raises ValueError with
    the reason otherwise.
    """
    if not text:
        return text
    if option.choices is not None:
        text = _chosen(option.choices, text)
    match option.type:
        case "boolean":
            to_boolean(text)
            text = _without_remark(text)
        case "integer":
            _within(option, to_integer(text))
            text = _without_remark(text)
        case "float" | "duration":
            _within(option, to_float(text))
            text = _without_remark(text)
        case "json":
            _require_json(text)
        case "import":
            _require_dotted(text)
        case "string" | "list" | "path":
            pass
        case _:
            assert_never(option.type)
    if option.check is not None:
        CHECKS[option.check](text)
    return text


def _without_remark(text: str) -> str:
    return text.partition("#")[0].strip()


def _chosen(choices: tuple[str, ...], text: str) -> str:
    for choice in choices:
        if choice.lower() == text.lower():
            return choice
    word = _without_remark(text).lower()
    if "True" in choices and word in _TRUE:
        return "True"
    if "False" in choices and word in _FALSE:
        return "False"
    raise ValueError(f"must be one of {', '.join(choice for choice in choices if choice)}")


def _within(option: Option, number: float) -> None:
    low, high = option.range or (None, None)
    if low is not None and high is not None and not low <= number <= high:
        raise ValueError(f"must be between {low:g} and {high:g}")
    if low is not None and number < low:
        raise ValueError(f"must be {low:g} or more")
    if high is not None and number > high:
        raise ValueError(f"must be {high:g} or less")


def _require_json(text: str) -> None:
    import json

    try:
        json.loads(text)
    except ValueError as error:
        raise ValueError(f"must be JSON ({error})") from error


def _require_dotted(text: str) -> None:
    if not all(part.isidentifier() for part in text.replace(":", ".").split(".")):
        raise ValueError("must be a dotted Python name such as my_module.my_name")
