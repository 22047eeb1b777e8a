"""`airflow.utils.module_loading`: objects by their dotted names."""

import pkgutil
from collections.abc import Callable, Iterable
from importlib import import_module
from types import ModuleType
from typing import Any


def import_string(dotted_path: str) -> Any:
    """The object called `package.module.Name`. Raises `ImportError`."""
    module, dot, name = dotted_path.rpartition(".")
    if not dot:
        raise ImportError(f"{dotted_path} doesn't look like a module path")
    try:
        return getattr(import_module(module), name)
    except AttributeError as error:
        raise ImportError(f'Module "{module}" does not define "{name}": {error}') from None


def qualname(o: Any, use_qualname: bool = False, exclude_module: bool = False) -> str:
    """The dotted name of a class, a function or an object's class."""
    named = o if hasattr(o, "__qualname__") else type(o)
    name = str(named.__qualname__ if use_qualname else named.__name__)
    module = getattr(named, "__module__", None)
    if exclude_module or not module or module == "builtins":
        return name
    return f"{module}.{name}"


def is_valid_dotpath(path: str) -> bool:
    """Whether `path` could be the dotted name of something."""
    return all(word.isidentifier() for word in path.split("."))


def iter_namespace(ns: ModuleType) -> Iterable[pkgutil.ModuleInfo]:
    """The modules directly inside a package."""
    return pkgutil.iter_modules(ns.__path__, ns.__name__ + ".")


def add_deprecated_classes(
    module_imports: dict[str, dict[str, str]],
    package: str,
    override_deprecated_classes: dict[str, dict[str, str]] | None = None,  # noqa: ARG001
    extra_message: str | None = None,  # noqa: ARG001
) -> None:
    """Serve old names of `package`: `{module: {name: "today's.dotted.path"}}`; "*" is any name."""
    import sys

    for module, names in module_imports.items():
        full = package if module == package.rpartition(".")[2] else f"{package}.{module}"
        served = sys.modules.get(module if module == __name__ else full)
        if served is None:
            served = ModuleType(full)
            sys.modules[full] = served
        served.__dict__["__getattr__"] = _moved(full, names)


def _moved(module: str, names: dict[str, str]) -> Callable[[str], Any]:
    def __getattr__(name: str) -> Any:  # noqa: N807
        target = names.get(name)
        if target is not None:
            return import_string(target)
        if "*" in names:
            return getattr(import_module(names["*"]), name)
        raise AttributeError(f"module '{module}' has no attribute '{name}'")

    return __getattr__
