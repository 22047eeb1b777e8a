"""Links beside a task: to its logs elsewhere, its job, its data."""

from typing import Any, ClassVar


class BaseOperatorLink:
    """A link that operators of a class have: subclasses define `name` and `get_link`."""

    operators: ClassVar[list[type]] = []

    @property
    def name(self) -> str:
        """The text of the link."""
        raise NotImplementedError(type(self).__name__)

    @property
    def xcom_key(self) -> str:
        """The XCom under which a finished task leaves the address."""
        return f"_link_{type(self).__name__}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """The address for a task instance."""
        raise NotImplementedError(type(self).__name__)
