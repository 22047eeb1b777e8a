"""Wait for a file."""

import os
from collections.abc import Mapping
from glob import iglob
from pathlib import Path
from typing import Any

from venturi.batteries.hooks.filesystem import FSHook
from venturi.sdk.sensor import BaseSensorOperator


class FileSensor(BaseSensorOperator):
    """Waits until a file is there, or a folder with at least one file in it.

    filepath      path or glob pattern, relative to the folder of the connection
    fs_conn_id    connection with the folder; default fs_default, which need not exist
    recursive     let `**` in the pattern reach into subfolders
    deferrable    wait without a slot: for now by rescheduling
    """

    template_fields = ("filepath",)
    ui_color = "#d6e9d2"

    def __init__(
        self,
        *,
        filepath: str | os.PathLike[str],
        fs_conn_id: str = "fs_default",
        recursive: bool = False,
        deferrable: bool = False,
        **kwargs: Any,
    ) -> None:
        if deferrable:
            kwargs["mode"] = "reschedule"
        super().__init__(**kwargs)
        self.filepath = os.fspath(filepath)
        self.fs_conn_id = fs_conn_id
        self.recursive = recursive
        self.deferrable = deferrable

    @property
    def path(self) -> str:
        """The whole path or pattern."""
        return str(Path(FSHook(self.fs_conn_id).get_path()) / self.filepath)

    def poke(self, context: Mapping[str, Any]) -> bool:
        path = self.path
        self.log.info("Looking for %s", path)
        for found in iglob(path, recursive=self.recursive):  # noqa: PTH207 - the path is absolute
            if Path(found).is_file():
                self.log.info("Found %s", found)
                return True
            if any(files for _, _, files in os.walk(found)):
                self.log.info("Found files in %s", found)
                return True
        return False
