"""Run a command in bash."""

import os
import signal
from collections.abc import Callable, Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from venturi.batteries.hooks.subprocess import SubprocessHook
from venturi.sdk.context_vars import context_to_airflow_vars
from venturi.sdk.era import calling_era
from venturi.sdk.exceptions import AirflowException, AirflowSkipException
from venturi.sdk.operator import BaseOperator
from venturi.spec.model import Era

#: The exit code by which a command asks to be counted as skipped, unless a file says otherwise.
SKIP_EXIT_CODE = 99

#: Stands for "what the era of the file says".
_BY_ERA = -1


class BashOperator(BaseOperator):
    """Runs a command with `bash -c`; its output goes to the task's log line by line.

    bash_command       command, or the name of a template file ending in `.sh` or `.bash`
    env                environment of the command, in place of that of the task
    append_env         add `env` to the task's environment instead
    output_encoding    how to read what the command prints; default utf-8
    skip_on_exit_code  exit code(s) that mean "skipped"; default 99 (none in 1.x files)
    cwd                folder to run in; default an empty one that is removed afterwards
    output_processor   function from the last line to the task's result

    The result is the last line printed. Any other exit code than 0 fails the task.
    """

    template_fields = ("bash_command", "env", "cwd")
    template_fields_renderers = {"bash_command": "bash", "env": "json"}
    template_ext = (".sh", ".bash")
    ui_color = "#eee8dc"

    def __init__(
        self,
        *,
        bash_command: str,
        env: dict[str, str] | None = None,
        append_env: bool = False,
        output_encoding: str = "utf-8",
        skip_on_exit_code: int | Collection[int] | None = _BY_ERA,
        cwd: str | None = None,
        output_processor: Callable[[str], Any] = lambda line: line,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.bash_command = bash_command
        self.env = env
        self.append_env = append_env
        self.output_encoding = output_encoding
        self.cwd = cwd
        self.output_processor = output_processor
        if skip_on_exit_code == _BY_ERA:
            # 1.x knew no such exit code: 99 was a failure like any other.
            skip_on_exit_code = None if calling_era() is Era.V1 else SKIP_EXIT_CODE
        self.skip_on_exit_code = _codes(skip_on_exit_code)

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the command."""
        return SubprocessHook()

    def get_env(self, context: Mapping[str, Any]) -> dict[str, str]:
        """The environment that the command gets."""
        env = dict(os.environ) if self.env is None or self.append_env else {}
        env.update(context_to_airflow_vars(context, in_env_var_format=True))
        env.update(self.env or {})
        return env

    def execute(self, context: Mapping[str, Any]) -> Any:
        command: Any = self.bash_command  # templates may make anything of it
        if not isinstance(command, str) or not command.strip():
            raise AirflowException(
                f"bash_command of {self.task_id!r} must be a non-empty text, not {command!r}."
            )
        env = self.get_env(context)
        self._check_cwd()
        self.log.info("Running: %s", command)
        result = self.subprocess_hook.run_command(
            ["bash", "-c", command],
            env=env,
            output_encoding=self.output_encoding,
            cwd=self.cwd,
        )
        if result.exit_code in self.skip_on_exit_code:
            raise AirflowSkipException(f"Bash command asked to skip: exit code {result.exit_code}.")
        if result.exit_code != 0:
            raise AirflowException(
                failure(result.exit_code, "Bash command", self.subprocess_hook.last_lines)
            )
        return self.output_processor(result.output)

    def on_kill(self) -> None:
        self.subprocess_hook.send_sigterm()

    def _check_cwd(self) -> None:
        if self.cwd is not None and not Path(self.cwd).is_dir():
            raise AirflowException(
                f"cwd={self.cwd!r} of {self.task_id!r} is not a folder on this machine."
            )


def failure(exit_code: int, what: str, last_lines: Collection[str]) -> str:
    """The sentence for a program that failed, followed by the end of what it printed."""
    how = f"exit code {exit_code}" if exit_code >= 0 else f"ended by {_signal_name(-exit_code)}"
    end = "\n".join(f"  {line}" for line in last_lines if line)
    return f"{what} failed: {how}" + (f"\n{end}" if end else "")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _codes(given: int | Collection[int] | None) -> frozenset[int]:
    match given:
        case None:
            return frozenset()
        case int():
            return frozenset({given})
    return frozenset(given)
