"""From a name of Airflow to the object that serves it.

Objects are not written into the served modules: each use passes through here, because what a name
says about the age of the file that imports it (`venturi.sdk.era`) has to be noted for every file.
"""

from importlib import import_module
from types import FrameType

from venturi.compat import hints
from venturi.compat.callers import file_of, is_import_statement
from venturi.compat.rows import find_row, is_below, rows_of
from venturi.compat.served import added_modules, added_value


class _Served:
    """What has been resolved so far, and whether questions of user code find an answer."""

    values: dict[tuple[str, str], object] = {}
    answering = False


def served_names(module: str) -> list[str]:
    """The names of a module, without those that begin with an underscore."""
    names = [*rows_of(module), *added_modules().get(module, ())]
    return [name for name in names if not name.startswith("_")]


def let_ask() -> None:
    """Have the first question of user code open the database, where no process answers it.

    Done with the first name served and not when `airflow` is imported, which has to cost nothing.
    """
    if _Served.answering:
        return
    _Served.answering = True
    from venturi.sdk import comms

    def open_comms() -> comms.Comms:
        answering: comms.Comms = import_module("venturi.runner.inprocess").open_comms()
        return answering

    comms.set_opener(open_comms)


def find_value(module: str, name: str) -> object:
    """The object behind a row; `KeyError` without a row, `ImportError` if its home is not here."""
    key = (module, name)
    if key not in _Served.values:
        row = find_row(module, name)
        if row is None:
            raise KeyError(f"{module}.{name}")
        let_ask()
        home = import_module(row.home)
        _Served.values[key] = getattr(home, row.name) if row.name != "*" else home
    return _Served.values[key]


def served_value(module: str, name: str, caller: FrameType | None) -> object:
    """The object that `module` serves as `name` to the file of `caller`.

    Raises `ImportError` to an import statement and `AttributeError` to everything else, with the
    way out as text.
    """
    row = rows_of(module).get(name)
    if row is None:
        return _served_elsewhere(module, name, caller)
    value = find_value(module, name)
    if caller is not None:
        _note(module, name, row.era, caller)
    return value


def _served_elsewhere(module: str, name: str, caller: FrameType | None) -> object:
    from venturi.compat import missing

    added = added_value(module, name)
    if added is not None:
        if caller is not None:
            _note(module, name, "V1", caller)
        return added

    old = missing.find_moved(module, name)
    if old is not None:
        value = missing.installed_value(old)
        if value is not None:
            if caller is not None:
                _note(module, name, "V1", caller)
            return value
    text = missing.sentence(module, name, old)
    if caller is not None and is_import_statement(caller):
        raise ImportError(text, name=module)
    raise AttributeError(text)


def _note(module: str, name: str, era: str, caller: FrameType) -> None:
    if era == "ANY":
        return
    home = rows_of(module).get(name)
    if era != "V3" and home is not None and is_below(home.home, "airflow"):
        hints.add(file_of(caller), f"{module}.{name}", f"{home.home}.{home.name}")
    from venturi.sdk.era import mark
    from venturi.spec.model import Era

    mark(caller.f_globals, Era[era])
