"""Wait until a command succeeds."""

import os
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from venturi.batteries.hooks.subprocess import SubprocessHook
from venturi.batteries.operators.bash import failure
from venturi.sdk.context_vars import context_to_airflow_vars
from venturi.sdk.exceptions import AirflowFailException
from venturi.sdk.sensor import BaseSensorOperator


class BashSensor(BaseSensorOperator):
    """Runs a command again and again until it ends with exit code 0.

    bash_command      command to run
    env               environment of the command, in place of that of the task
    output_encoding   how to read what the command prints; default utf-8
    retry_exit_code   the one exit code that means "not yet"; others then fail the task. Default:
                      any exit code but 0 means "not yet".
    """

    template_fields = ("bash_command", "env")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}
    template_ext = (".sh", ".bash")
    ui_color = "#eee8dc"

    def __init__(
        self,
        *,
        bash_command: str,
        env: dict[str, str] | None = None,
        output_encoding: str = "utf-8",
        retry_exit_code: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.output_encoding = output_encoding
        self.retry_exit_code = retry_exit_code

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the command."""
        return SubprocessHook()

    def poke(self, context: Mapping[str, Any]) -> bool:
        env = dict(os.environ) if self.env is None else dict(self.env)
        env.update(context_to_airflow_vars(context, in_env_var_format=True))
        result = self.subprocess_hook.run_command(
            ["bash", "-c", self.bash_command], env=env, output_encoding=self.output_encoding
        )
        if result.exit_code == 0:
            return True
        if self.retry_exit_code is None or result.exit_code == self.retry_exit_code:
            return False
        raise AirflowFailException(
            failure(result.exit_code, "Bash command", self.subprocess_hook.last_lines)
        )

    def on_kill(self) -> None:
        self.subprocess_hook.send_sigterm()
