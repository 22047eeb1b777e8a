"""`BaseOperatorLink`: a link that an operator shows beside its task instances."""

from typing import Any, ClassVar


class BaseOperatorLink:
    """Base of links. A subclass sets `name` and defines `get_link`."""

    name: str = ""
    operators: ClassVar[list[type]] = []

    @property
    def xcom_key(self) -> str:
        """The XCom key that the link of a task instance is kept under."""
        return f"_link_{type(self).__name__}"

    def get_link(self, operator: Any, *, ti_key: Any) -> str:
        """Where the link leads for one task instance."""
        raise NotImplementedError(f"{type(self).__name__} has to define get_link().")


class ExternalDagLink(BaseOperatorLink):
    """Leads to the DAG that an external task sensor waits for."""

    name = "External DAG"
