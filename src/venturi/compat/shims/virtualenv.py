"""`airflow.utils.python_virtualenv`: making an environment and a script to run in it."""

import subprocess
import sys
from pathlib import Path
from typing import Any


def prepare_virtualenv(
    venv_directory: str,
    python_bin: str | None = None,
    system_site_packages: bool = False,
    requirements: list[str] | None = None,
    requirements_file_path: str | None = None,
    pip_install_options: list[str] | None = None,
    **_: Any,
) -> str:
    """Make a virtual environment with these requirements; answers the path of its Python."""
    make = [python_bin or sys.executable, "-m", "venv", venv_directory]
    if system_site_packages:
        make.append("--system-site-packages")
    subprocess.run(make, check=True)
    python = str(Path(venv_directory, "bin", "python"))
    install = [python, "-m", "pip", "install", *(pip_install_options or [])]
    if requirements_file_path:
        subprocess.run([*install, "-r", requirements_file_path], check=True)
    elif requirements:
        subprocess.run([*install, *requirements], check=True)
    return python


#: Reads arguments, calls the function, writes what it returns. `{}` are filled in by
#: `write_python_script`.
_SCRIPT = """\
import sys
import {pickling} as pickling

arguments = {{"args": [], "kwargs": {{}}}}
if len(sys.argv) > 1 and sys.argv[1]:
    with open(sys.argv[1], "rb") as file:
        arguments = pickling.load(file) or arguments

{source}

result = {function}(*arguments["args"], **arguments["kwargs"])
if len(sys.argv) > 2 and sys.argv[2]:
    with open(sys.argv[2], "wb") as file:
        pickling.dump(result, file)
"""


def write_python_script(
    jinja_context: dict[str, Any],
    filename: str,
    render_template_as_native_obj: bool = False,  # noqa: ARG001
) -> None:
    """Write the script that calls a function in another Python.

    Reads of `jinja_context`: `python_callable` (its name), `python_callable_source`,
    `pickling_library`. The script's arguments are the files to read arguments from and to write
    the result to.
    """
    script = _SCRIPT.format(
        pickling=jinja_context.get("pickling_library", "pickle"),
        source=jinja_context["python_callable_source"],
        function=jinja_context["python_callable"],
    )
    Path(filename).write_text(script, encoding="utf-8")
