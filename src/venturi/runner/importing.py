"""Importing a DAG file, by whatever name and place it has."""

import hashlib
import importlib.util
import os
import sys
import zipfile
from types import ModuleType

from venturi.core.errors import VenturiError
from venturi.sdk.scope import taken_registered


class ImportFailed(VenturiError):
    """A DAG file cannot be imported; the text is for its author."""


def module_name(path: str) -> str:
    """A module name that no two files share and that does not depend on the order of imports."""
    digest = hashlib.sha1(path.encode(), usedforsecurity=False).hexdigest()
    stem = os.path.splitext(os.path.basename(path))[0].replace(".", "_").replace("-", "_")
    return f"unusual_prefix_{digest}_{stem}"


def prepare_path(root: str, plugins: str = "") -> None:
    """Let the files of a DAG folder import their neighbours, as they always could."""
    for folder in (plugins, root):
        if folder and folder not in sys.path:
            sys.path.append(folder)


def import_file(path: str, root: str = "", plugins: str = "") -> list[ModuleType]:
    """Import a .py file, or every module at the top of a .zip; the modules.

    Raises whatever the file raises.
    """
    prepare_path(root or os.path.dirname(path), plugins)
    # DAGs that registered themselves before, in a file that then failed for instance, are not ours.
    taken_registered()
    if zipfile.is_zipfile(path):
        return _import_zip(path)
    name = module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportFailed(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return [module]


def _import_zip(path: str) -> list[ModuleType]:
    modules = []
    with zipfile.ZipFile(path) as archive:
        names = [
            os.path.splitext(entry)[0]
            for entry in archive.namelist()
            if "/" not in entry and entry.endswith(".py") and entry != "__init__.py"
        ]
    sys.path.insert(0, path)
    for name in sorted(names):
        sys.modules.pop(name, None)
        modules.append(importlib.import_module(name))
    return modules
