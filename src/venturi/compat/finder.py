"""The finder that serves `airflow.*` modules from the table of names.

It stands first on `sys.meta_path`, so that the table decides even where files of another Airflow
lie on the path. Provider packages are the exception: their files on disk win wherever they exist,
except `airflow.providers.standard`, which is ours.
"""

import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec, PathFinder
from os.path import isdir
from types import ModuleType

from venturi.compat.callers import caller_of, is_only_looking
from venturi.compat.names import served_names, served_value
from venturi.compat.rows import PROVIDERS, children_of, is_below, is_known, may_be_on_disk
from venturi.compat.served import added_modules, load_for_script, may_be_plugin


def extend_path(path: Iterable[str], package: str) -> list[str]:
    """`path` and every other folder of that package on `sys.path`."""
    tail = package.replace(".", "/")
    found = [*path]
    for folder in sys.path:
        candidate = f"{folder}/{tail}"
        if candidate not in found and isdir(candidate):  # noqa: PTH112 - pathlib is slow
            found.append(candidate)
    return found


def attributes_of(module: str) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """The `__getattr__` and `__dir__` of a served module."""

    def __getattr__(name: str) -> object:  # noqa: N807 - this is what a module calls it
        if name == "__all__":
            return served_names(module)
        if name.startswith("__"):
            raise AttributeError(f"module '{module}' has no attribute '{name}'")
        below = f"{module}.{name}"
        is_module = below in sys.modules or below in added_modules() or name in children_of(module)
        if is_module and name not in served_names(module):
            return import_module(below)
        return served_value(module, name, caller_of(sys._getframe(1)))

    def __dir__() -> list[str]:  # noqa: N807
        return sorted({*served_names(module), *children_of(module)})

    return __getattr__, __dir__


class ServedModule:
    """The loader of a module that consists of rows of the table."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Leave the making of the module to the import system."""
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its two hooks; there is nothing to execute."""
        name = module.__name__
        module.__doc__ = f"The names of {name}, served by Venturi."
        hooks = attributes_of(name)
        module.__dict__["__getattr__"], module.__dict__["__dir__"] = hooks


class CompletedModule:
    """The loader of a provider's module on disk to which the table adds names it has lost."""

    def __init__(self, loader: object) -> None:
        self._loader = loader

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """As the module's own loader does."""
        made: ModuleType | None = self._loader.create_module(spec)  # type: ignore[attr-defined]
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Execute the module, then serve from the table what it does not define."""
        self._loader.exec_module(module)  # type: ignore[attr-defined]
        if "__getattr__" not in module.__dict__:
            module.__dict__["__getattr__"] = attributes_of(module.__name__)[0]


def spec_on_disk(module: str) -> ModuleSpec | None:
    """The spec of a provider's module among the files on `sys.path`."""
    package = module.rpartition(".")[0]
    spec = PathFinder.find_spec(module, extend_path((), package))
    if spec is not None and spec.loader is not None and is_known(module):
        spec.loader = CompletedModule(spec.loader)  # type: ignore[assignment]
    return spec


class TableFinder:
    """Finds every module below `airflow`; `sys.meta_path` holds this class itself."""

    @classmethod
    def find_spec(
        cls,
        module: str,
        path: Sequence[str] | None = None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The spec of a module of Airflow; raises `ModuleNotFoundError` with a way out."""
        if not module.startswith("airflow."):
            return None
        if may_be_on_disk(module):
            spec = spec_on_disk(module)
            if spec is not None:
                return spec
        from venturi.compat import missing

        if is_known(module) or module in added_modules() or missing.is_old_module(module):
            return cls.spec_served(module)
        if is_only_looking():
            return None
        if may_be_plugin(module) and load_for_script() and module in added_modules():
            return cls.spec_served(module)
        raise missing.module_not_found(module)

    @staticmethod
    def spec_served(module: str) -> ModuleSpec:
        """The spec of a module made of rows."""
        # Each is a package, since a module below it may exist in some line of Airflow.
        spec = ModuleSpec(
            module,
            ServedModule(),  # type: ignore[arg-type]
            origin="venturi.compat",
            is_package=True,
        )
        if is_below(module, PROVIDERS):
            spec.submodule_search_locations = extend_path((), module)
        return spec


def install() -> None:
    """Put the finder first on `sys.meta_path`, once."""
    if TableFinder not in sys.meta_path:
        sys.meta_path.insert(0, TableFinder)
