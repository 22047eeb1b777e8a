"""A folder of this machine, named by a connection."""

from typing import Any

from venturi.sdk.exceptions import AirflowNotFoundException
from venturi.sdk.hook import BaseHook


class FSHook(BaseHook):
    """The folder in the extra field `path` of a connection of type `fs`.

    A missing `fs_default` means the root folder, so that absolute paths need no connection.
    """

    conn_name_attr = "fs_conn_id"
    default_conn_name = "fs_default"
    conn_type = "fs"
    hook_name = "File (path)"

    def __init__(self, fs_conn_id: str = default_conn_name, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fs_conn_id = fs_conn_id

    def get_conn(self) -> None:
        """There is nothing to open."""

    def get_path(self) -> str:
        """The folder; empty when the connection names none."""
        try:
            connection = self.get_connection(self.fs_conn_id)
        except AirflowNotFoundException:
            if self.fs_conn_id != self.default_conn_name:
                raise
            return ""
        return str(connection.extra_dejson.get("path") or "")

    def test_connection(self) -> tuple[bool, str]:
        """Whether the folder is there, and a sentence about it."""
        from pathlib import Path

        path = self.get_path()
        if not path:
            return False, "The extra field 'path' of the connection is empty."
        there = Path(path).exists()
        return there, f"{path} exists." if there else f"{path} does not exist."
