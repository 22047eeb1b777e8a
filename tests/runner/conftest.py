"""Every test has a home of its own and no secrets of others."""

from tests.own_home import _own_home, option

__all__ = ["_own_home", "option"]
