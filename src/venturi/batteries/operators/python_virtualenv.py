"""Call a Python function in another Python: in an environment made for it, or in a given one."""

import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from venturi.batteries.callables import wanted_kwargs
from venturi.batteries.foreign_python import SERIALIZERS, Exchange, plain_context, source_of
from venturi.batteries.hooks.package_index import PackageIndexHook
from venturi.batteries.hooks.subprocess import SubprocessHook
from venturi.batteries.operators.bash import failure
from venturi.batteries.operators.python import PythonOperator
from venturi.batteries.virtualenvs import Wish, cached, make
from venturi.sdk.context_vars import context_to_airflow_vars
from venturi.sdk.exceptions import AirflowException, AirflowSkipException
from venturi.sdk.skip import BranchMixIn


class ForeignPythonOperator(PythonOperator):
    """Base of operators that call a function in another Python.

    The function's own source is sent, and nothing of the file around it: it has to import what it
    uses inside of itself. Arguments and result travel by `serializer`: pickle (default),
    cloudpickle or dill. Of the context it can have texts, dates and params.

    string_args         texts that the function finds as `virtualenv_string_args`
    skip_on_exit_code   exit code(s) of the other Python that mean "skipped"
    env_vars            variables for it
    inherit_env         give it the task's environment; default yes
    """

    ui_color = "#fff1cf"

    def __init__(
        self,
        *,
        python_callable: Callable[..., Any],
        serializer: str | None = None,
        use_dill: bool = False,
        string_args: Iterable[str] | None = None,
        skip_on_exit_code: int | Collection[int] | None = None,
        env_vars: Mapping[str, str] | None = None,
        inherit_env: bool = True,
        expect_airflow: bool = True,
        use_airflow_context: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(python_callable=python_callable, **kwargs)
        self.serializer = serializer or ("dill" if use_dill else "pickle")
        if self.serializer not in SERIALIZERS:
            raise AirflowException(
                f"serializer {self.serializer!r} of {self.task_id!r} is not known; use one of "
                f"{', '.join(SERIALIZERS)}."
            )
        if use_airflow_context:
            raise AirflowException(
                f"use_airflow_context of {self.task_id!r} is not possible: the other Python cannot "
                "ask the engine. Pass what it needs in op_kwargs, as templates."
            )
        source_of(python_callable)
        self.string_args = list(string_args or ())
        codes = skip_on_exit_code
        self.skip_on_exit_code = {codes} if isinstance(codes, int) else set(codes or ())
        self.env_vars = dict(env_vars or {})
        self.inherit_env = inherit_env
        self.expect_airflow = expect_airflow

    @cached_property
    def subprocess_hook(self) -> SubprocessHook:
        """What runs the other Python."""
        return SubprocessHook()

    def on_kill(self) -> None:
        self.subprocess_hook.send_sigterm()

    def call_in(
        self, python: str | os.PathLike[str], context: Mapping[str, Any], folder: Path
    ) -> Any:
        """Call the function in the Python at this path; files go into `folder`."""
        if self.templates_dict is not None:
            context = {**context, "templates_dict": self.templates_dict}
        function = self.python_callable
        plain = plain_context(function, self.op_kwargs, context)
        kwargs = wanted_kwargs(function, self.op_args, self.op_kwargs, plain)
        exchange = Exchange(folder, self.serializer)
        exchange.write(function, list(self.op_args), kwargs, self.string_args)
        env = dict(os.environ) if self.inherit_env else {}
        env |= context_to_airflow_vars(context, in_env_var_format=True)
        env |= {"PYTHONUNBUFFERED": "1"} | self.env_vars
        hook = self.subprocess_hook
        result = hook.run_command(exchange.command(os.fspath(python)), env=env, cwd=str(folder))
        if result.exit_code in self.skip_on_exit_code:
            raise AirflowSkipException(f"Asked to skip: exit code {result.exit_code}.")
        if result.exit_code != 0:
            name = function.__name__
            if complaint := exchange.complaint():
                raise AirflowException(f"{name} failed in the other Python: {complaint}")
            raise AirflowException(failure(result.exit_code, name, hook.last_lines))
        return exchange.read()


class PythonVirtualenvOperator(ForeignPythonOperator):
    """Calls a function in a virtual environment made for it.

    requirements                     list, text of a requirements file, or the name of a `.txt`
                                     template file
    python_version                   like 3.12; default that of this Python
    system_site_packages             let it see the packages installed here; default no
    pip_install_options              further options of `pip install`
    index_urls                       addresses of package indexes, the first in place of the usual
                                     one; an empty list: none
    index_urls_from_connection_ids   the same by connections
    venv_cache_path                  folder where environments are kept and used again; default: one
                                     for this attempt only

    The environment is made with uv if that is on PATH, else with venv and pip.
    """

    template_fields: Sequence[str] = (
        "requirements",
        "index_urls",
        "index_urls_from_connection_ids",
        "venv_cache_path",
        "env_vars",
        *PythonOperator.template_fields,
    )
    template_ext: Sequence[str] = (".txt",)

    def __init__(
        self,
        *,
        requirements: str | Iterable[str] | None = None,
        python_version: str | float | None = None,
        system_site_packages: bool = False,
        pip_install_options: Iterable[str] | None = None,
        index_urls: str | Collection[str] | None = None,
        index_urls_from_connection_ids: str | Collection[str] | None = None,
        venv_cache_path: str | os.PathLike[str] | None = None,
        expect_pendulum: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.requirements: str | list[str] = (
            requirements if isinstance(requirements, str) else list(requirements or ())
        )
        self.python_version = str(python_version) if python_version is not None else None
        self.system_site_packages = system_site_packages
        self.pip_install_options = list(pip_install_options or ())
        self.index_urls = _listed(index_urls)
        self.index_urls_from_connection_ids = _listed(index_urls_from_connection_ids)
        self.venv_cache_path = os.fspath(venv_cache_path) if venv_cache_path else None
        self.expect_pendulum = expect_pendulum

    def execute_callable(self, context: Mapping[str, Any]) -> Any:
        wish = self._wish()
        with tempfile.TemporaryDirectory(prefix="venturi-venv-") as name:
            folder = Path(name)
            if self.venv_cache_path:
                python = cached(Path(self.venv_cache_path), wish, self._run)
            else:
                python = make(folder / "venv", wish, self._run)
            return self.call_in(python, context, folder)

    def _wish(self) -> Wish:
        given = self.requirements
        lines = given.splitlines() if isinstance(given, str) else given
        wanted = [line.strip() for line in lines if line.strip()]
        is_there = self.serializer == "pickle" or self.system_site_packages
        if not is_there and not any(line.startswith(self.serializer) for line in wanted):
            wanted.append(self.serializer)
        indexes = self.index_urls
        if self.index_urls_from_connection_ids is not None:
            named = (PackageIndexHook(each) for each in self.index_urls_from_connection_ids)
            indexes = [*(indexes or ()), *(hook.get_connection_url() for hook in named)]
        return Wish(
            requirements=tuple(wanted),
            python=self.python_version or "",
            system_site_packages=self.system_site_packages,
            options=tuple(self.pip_install_options),
            indexes=tuple(indexes) if indexes is not None else None,
        )

    def _run(self, command: Sequence[str], env: Mapping[str, str]) -> None:
        hook = self.subprocess_hook
        result = hook.run_command(command, env=env)
        if result.exit_code != 0:
            what = f"Making the environment of {self.task_id!r}"
            raise AirflowException(failure(result.exit_code, what, hook.last_lines))


class ExternalPythonOperator(ForeignPythonOperator):
    """Calls a function in a Python that is there already, at the path `python`."""

    template_fields: Sequence[str] = ("python", "env_vars", *PythonOperator.template_fields)

    def __init__(self, *, python: str, expect_pendulum: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.python = python
        self.expect_pendulum = expect_pendulum

    def execute_callable(self, context: Mapping[str, Any]) -> Any:
        python = Path(self.python)
        if not python.is_file() or not os.access(python, os.X_OK):
            raise AirflowException(
                f"python={self.python!r} of {self.task_id!r} is no program on this machine; give "
                "the path of a Python, like /opt/venv/bin/python."
            )
        with tempfile.TemporaryDirectory(prefix="venturi-call-") as name:
            return self.call_in(python, context, Path(name))


class BranchPythonVirtualenvOperator(BranchMixIn, PythonVirtualenvOperator):
    """A `PythonVirtualenvOperator` whose function returns the task id(s) to follow."""

    ui_color = "#fbe3c0"

    def execute(self, context: Mapping[str, Any]) -> Any:
        return self.do_branch(context, super().execute(context))


class BranchExternalPythonOperator(BranchMixIn, ExternalPythonOperator):
    """An `ExternalPythonOperator` whose function returns the task id(s) to follow."""

    ui_color = "#fbe3c0"

    def execute(self, context: Mapping[str, Any]) -> Any:
        return self.do_branch(context, super().execute(context))


def _listed(given: str | Collection[str] | None) -> list[str] | None:
    return [given] if isinstance(given, str) else list(given) if given is not None else None
