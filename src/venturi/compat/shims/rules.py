"""`TriggerRule` and `WeightRule` with the names of every line of Airflow."""

from typing import Any

from venturi.sdk.trigger_rule import OLD_NAMES
from venturi.spec import model


class _Old(type):
    """The type of the two: attributes old and new, and calling like an enumeration."""

    __modern__: Any
    __old__: dict[str, Any]

    def __getattr__(cls, name: str) -> Any:
        old = cls.__old__.get(name.lower())
        return old if old is not None else getattr(cls.__modern__, name)

    def __call__(cls, value: Any) -> Any:
        """The rule of that value."""
        return cls.__old__.get(str(value)) or cls.__modern__(value)

    def __iter__(cls) -> Any:
        return iter(cls.__modern__)

    def __contains__(cls, value: Any) -> bool:
        return value in cls.__old__ or value in set(cls.__modern__)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, cls.__modern__)


class TriggerRule(metaclass=_Old):
    """When a task may run; `DUMMY` and `NONE_FAILED_OR_SKIPPED` are names of earlier lines."""

    __modern__ = model.TriggerRule
    __old__ = dict(OLD_NAMES)

    @classmethod
    def is_valid(cls, trigger_rule: str) -> bool:
        """Whether there is such a rule."""
        return trigger_rule in cls

    @classmethod
    def all_triggers(cls) -> set[str]:
        """The values of all rules."""
        return {each.value for each in model.TriggerRule}


class WeightRule(metaclass=_Old):
    """How priorities add up along the graph."""

    __modern__ = model.WeightRule
    __old__: dict[str, Any] = {}

    @classmethod
    def is_valid(cls, weight_rule: str) -> bool:
        """Whether there is such a rule."""
        return weight_rule in cls

    @classmethod
    def all_weight_rules(cls) -> set[str]:
        """The values of all rules."""
        return {each.value for each in model.WeightRule}
