"""The sentence for a name that is not here: which package has it, what replaced it, what is close.

`moved.json` is data: `moved` maps modules of Airflow 1.x and 2.x to names in provider packages
(below `airflow.providers`), `gone` maps names that today's provider packages no longer have to
their replacement ("" where there is none).
"""

from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

from venturi.compat.rows import all_modules, children_of, is_known, may_be_on_disk, rows_of

#: Providers whose package has two words: airflow.providers.apache.hive, but airflow.providers.http.
FAMILIES = frozenset({"apache", "atlassian", "cncf", "common", "dbt", "ibm", "microsoft"})

#: Providers that no longer exist, and why.
RETIRED = MappingProxyType(
    {
        "apache.sqoop": "Sqoop itself has been retired",
        "daskexecutor": "its package is no longer maintained; use LocalExecutor or CeleryExecutor",
        "hipchat": "HipChat itself has ended; slack and discord have packages",
        "mesos": "it left Airflow with 2.0; use LocalExecutor or CeleryExecutor",
        "qubole": "Qubole itself has ended",
    }
)

Moved = dict[str, dict[str, str]]


class _Read:
    """What has been read of moved.json (data that never changes)."""

    moved: Moved | None = None
    gone: dict[str, str] = {}


def _moved() -> Moved:
    if _Read.moved is None:
        import json

        text = Path(__file__).with_name("moved.json").read_text(encoding="utf-8")
        data = json.loads(text)
        _Read.gone = data["gone"]
        _Read.moved = data["moved"]
    return _Read.moved


def is_old_module(module: str) -> bool:
    """Whether `module`, or one below it, had names that live in provider packages today."""
    moved = _moved()
    return module in moved or any(old.startswith(f"{module}.") for old in moved)


def find_moved(module: str, name: str) -> str | None:
    """Today's "module:Name" in a provider package of an old name, or None."""
    home = _moved().get(module, {}).get(name)
    return f"airflow.providers.{home}" if home else None


def installed_value(home: str) -> object | None:
    """The object at "module:Name" if its provider package is installed and has it."""
    module, _, name = home.partition(":")
    try:
        return getattr(import_module(module), name, None)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("airflow.providers"):
            return None
        raise


def provider_of(module: str) -> str:
    """The provider a module below `airflow.providers` belongs to, like `apache.hive`."""
    words = module.removeprefix("airflow.providers.").split(".")
    return ".".join(words[: 2 if words[0] in FAMILIES else 1])


def package_of(module: str) -> str:
    """The name of the package to install for a module below `airflow.providers`."""
    return f"apache-airflow-providers-{provider_of(module).replace('.', '-')}"


def sentence(module: str, name: str, home: str | None = None) -> str:
    """Why `module` cannot serve `name`, and the way out."""
    if home is None and may_be_on_disk(module):
        return (
            f"{module}.{name} is not among what is shipped here; "
            f"install it with: pip install {package_of(module)}"
        )
    if home is None:
        return _unknown_name(module, name)
    today, _, real = home.partition(":")
    replaced = _Read.gone.get(home.removeprefix("airflow.providers."))
    provider = provider_of(today)
    if provider in RETIRED:
        return f"{module}.{name} is not available any more: {RETIRED[provider]}."
    if replaced:
        successor, _, other = f"airflow.providers.{replaced}".partition(":")
        return (
            f"{module}.{name} no longer exists in {package_of(today)}; use "
            f"{successor}.{other} instead, from: pip install {package_of(successor)}"
        )
    if replaced == "":
        return f"{module}.{name} no longer exists in {package_of(today)}, and nothing replaced it."
    return (
        f"{module}.{name} is {today}.{real} today; install it with: pip install {package_of(today)}"
    )


def module_not_found(module: str) -> ModuleNotFoundError:
    """The error for a module that nobody has, with the way out."""
    if module.startswith("airflow.providers.") and not is_known(package_module(module)):
        text = (
            f"{module} is in a provider package that is not installed; "
            f"install it with: pip install {package_of(module)}"
        )
    else:
        text = f"No module named '{module}'{_closest(module, all_modules())}"
    return ModuleNotFoundError(text, name=module)


def package_module(module: str) -> str:
    """The topmost module of the provider that `module` belongs to."""
    return f"airflow.providers.{provider_of(module)}"


def _unknown_name(module: str, name: str) -> str:
    elsewhere = [
        other for other in all_modules() if name in rows_of(other) and ".providers." in other
    ] or [other for other in all_modules() if name in rows_of(other)]
    if elsewhere:
        return f"{module} has no name '{name}'; it is in {elsewhere[0]}."
    near = {*rows_of(module), *children_of(module), *_moved().get(module, {})}
    return f"{module} has no name '{name}'{_closest(name, near)}"


def _closest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, list(known), n=3)
    return f"; the closest are: {', '.join(close)}" if close else ""
