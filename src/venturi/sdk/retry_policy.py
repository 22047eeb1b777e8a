"""Whether a failed task is tried again, decided by what it failed with."""

import importlib
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Self

from venturi.core.errors import InvalidInput


class RetryAction(StrEnum):
    """What happens after a failure."""

    RETRY = "retry"
    FAIL = "fail"
    DEFAULT = "default"  # as `retries` says


class RetryDecision(NamedTuple):
    """What a policy decided."""

    action: RetryAction
    retry_delay: timedelta | None = None
    reason: str | None = None

    @classmethod
    def default(cls) -> Self:
        """As `retries` and `retry_delay` say."""
        return cls(RetryAction.DEFAULT)

    @classmethod
    def retry(cls, delay: timedelta | None = None, reason: str | None = None) -> Self:
        """Try again, after `delay` (default: the task's)."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def fail(cls, reason: str | None = None) -> Self:
        """No further try."""
        return cls(RetryAction.FAIL, None, reason)


class RetryPolicy:
    """Base of policies of an author's own. `evaluate` runs in the task's process."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """What to do about this failure of try `try_number`."""
        raise NotImplementedError(f"{type(self).__name__} has to define evaluate().")

    def serialize(self) -> dict[str, Any]:
        """What the web page shows of it."""
        return {}


class RetryRule:
    """If the task failed with `exception` (a class or its dotted name): `action`.

    `match_subclasses` counts classes derived from it too.
    """

    def __init__(
        self,
        exception: str | type[BaseException],
        action: RetryAction = RetryAction.RETRY,
        retry_delay: timedelta | None = None,
        reason: str | None = None,
        match_subclasses: bool = True,
    ) -> None:
        given: Any = exception
        if not isinstance(given, str) and not (
            isinstance(given, type) and issubclass(given, BaseException)
        ):
            raise InvalidInput(
                f"RetryRule takes an exception class or its name, not {exception!r}."
            )
        self.exception = exception
        self.action = RetryAction(action)
        self.retry_delay, self.reason = retry_delay, reason
        self.match_subclasses = match_subclasses

    def matches(self, error: BaseException) -> bool:
        """Whether this rule is about `error`."""
        kinds = type(error).__mro__ if self.match_subclasses else (type(error),)
        if isinstance(self.exception, type):
            return self.exception in kinds
        names = {f"{kind.__module__}.{kind.__qualname__}" for kind in kinds}
        names |= {kind.__qualname__ for kind in kinds if kind.__module__ == "builtins"}
        return self.exception in names or _imported(self.exception) in kinds

    def serialize(self) -> dict[str, Any]:
        """The rule as plain data."""
        name = self.exception
        text = name if isinstance(name, str) else f"{name.__module__}.{name.__qualname__}"
        delay = self.retry_delay.total_seconds() if self.retry_delay is not None else None
        return {
            "exception": text,
            "action": self.action.value,
            "retry_delay": delay,
            "reason": self.reason,
        }


class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that matches decides; none: `default` (as `retries` says)."""

    def __init__(
        self,
        rules: Sequence[RetryRule],
        default: RetryAction = RetryAction.DEFAULT,
    ) -> None:
        self.rules, self.default = list(rules), RetryAction(default)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        for rule in self.rules:
            if rule.matches(exception):
                return RetryDecision(rule.action, rule.retry_delay, rule.reason)
        return RetryDecision(self.default)

    def serialize(self) -> dict[str, Any]:
        return {"rules": [each.serialize() for each in self.rules], "default": self.default.value}


class ChainRetryPolicy(RetryPolicy):
    """The first policy that decides anything counts."""

    def __init__(self, policies: Sequence[RetryPolicy]) -> None:
        self.policies = list(policies)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        for policy in self.policies:
            decision = policy.evaluate(exception, try_number, max_tries, context)
            if decision.action is not RetryAction.DEFAULT:
                return decision
        return RetryDecision.default()

    def serialize(self) -> dict[str, Any]:
        return {"policies": [each.serialize() for each in self.policies]}


def _imported(name: str) -> Any:
    """The class of that dotted name, which may be an alias; None if there is none."""
    module, _, last = name.rpartition(".")
    if not module:
        return None
    try:
        return getattr(importlib.import_module(module), last, None)
    except ImportError:
        return None
