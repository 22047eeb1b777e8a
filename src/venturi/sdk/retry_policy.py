"""Retry policies: what to do about a failure, decided by what failed."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from importlib import import_module
from typing import Any, NamedTuple

from venturi.sdk.exceptions import AirflowException


class RetryAction(StrEnum):
    """What to do about a failure."""

    RETRY = "retry"  # another try, after `retry_delay` if given
    FAIL = "fail"  # no further try
    DEFAULT = "default"  # what the task's own `retries` say


class RetryDecision(NamedTuple):
    """The answer of a policy; `reason` is shown with the failure."""

    action: RetryAction
    retry_delay: timedelta | None = None
    reason: str | None = None

    @classmethod
    def retry(cls, *, delay: timedelta | None = None, reason: str | None = None) -> "RetryDecision":
        """Try again, after `delay`."""
        return cls(RetryAction.RETRY, delay, reason)

    @classmethod
    def fail(cls, *, reason: str | None = None) -> "RetryDecision":
        """Give up."""
        return cls(RetryAction.FAIL, None, reason)

    @classmethod
    def default(cls) -> "RetryDecision":
        """Leave it to the task's own `retries`."""
        return cls(RetryAction.DEFAULT)


class RetryPolicy:
    """Base of policies; give one to a task as `retry_policy=`."""

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """What to do about `exception` in that try; asked while tries are left."""
        raise NotImplementedError(f"{type(self).__name__} has to define evaluate().")


class RetryRule:
    """One kind of exception and what to do about it; also for its subclasses."""

    def __init__(
        self,
        exception: type[BaseException] | str,
        action: RetryAction | str = RetryAction.RETRY,
        retry_delay: timedelta | None = None,
        reason: str | None = None,
        match_subclasses: bool = True,
    ) -> None:
        self.exception, self.match_subclasses = exception, match_subclasses
        self.action, self.retry_delay, self.reason = RetryAction(action), retry_delay, reason

    def matches(self, error: BaseException) -> bool:
        """Whether the rule is about `error`; a class given by its dotted name may be missing."""
        kind = self._kind()
        if kind is None:
            return False
        return isinstance(error, kind) if self.match_subclasses else type(error) is kind

    def _kind(self) -> type[BaseException] | None:
        if not isinstance(self.exception, str):
            return self.exception
        module, _, name = self.exception.rpartition(".")
        try:
            found = getattr(import_module(module or "builtins"), name)
        except (ImportError, AttributeError):
            return None
        if not (isinstance(found, type) and issubclass(found, BaseException)):
            raise AirflowException(f"RetryRule: {self.exception} is not an exception.")
        return found


class ExceptionRetryPolicy(RetryPolicy):
    """The first rule that is about the exception decides; without one, `default` does."""

    def __init__(
        self, rules: Iterable[RetryRule], default: RetryAction | str = RetryAction.DEFAULT
    ) -> None:
        self.rules, self.default = list(rules), RetryAction(default)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """See `RetryPolicy`."""
        for rule in self.rules:
            if rule.matches(exception):
                return RetryDecision(rule.action, rule.retry_delay, rule.reason)
        return RetryDecision(self.default)


class ChainRetryPolicy(RetryPolicy):
    """The first policy that has an opinion decides."""

    def __init__(self, policies: Iterable[RetryPolicy]) -> None:
        self.policies = list(policies)

    def evaluate(
        self, exception: BaseException, try_number: int, max_tries: int, context: Any = None
    ) -> RetryDecision:
        """See `RetryPolicy`."""
        for policy in self.policies:
            decision = policy.evaluate(exception, try_number, max_tries, context)
            if decision.action is not RetryAction.DEFAULT:
                return decision
        return RetryDecision.default()
