"""What a task's `retry_policy` says to a failure."""

import logging
from typing import Any

import msgspec

from venturi.core.attempts import AttemptInfo, Result
from venturi.runner.failure import reason_of, story_of

_LOG = logging.getLogger("airflow.task")


def decided(
    policy: Any, result: Result, error: BaseException, info: AttemptInfo, context: Any
) -> Result:
    """`result` as the policy wants it: no further try, or the next one after a delay.

    The policy is asked while tries are left; one that fails itself leaves `result` as it is.
    """
    if info.try_number > info.max_tries or not isinstance(error, Exception):
        return result
    try:
        decision = policy.evaluate(error, info.try_number, info.max_tries, context)
    except Exception as broken:
        _LOG.error(
            "retry_policy failed, the usual retries count: %s\n%s",
            reason_of(broken),
            story_of(broken),
        )
        return result
    action = str(getattr(decision.action, "value", decision.action)).lower()
    reason = f"{result.reason} ({decision.reason})" if decision.reason else result.reason
    if action == "fail":
        return msgspec.structs.replace(result, no_retry=True, reason=reason)
    delay = getattr(decision, "retry_delay", None)
    if action == "retry" and delay is not None:
        return msgspec.structs.replace(result, retry_in=delay.total_seconds(), reason=reason)
    return msgspec.structs.replace(result, reason=reason)
