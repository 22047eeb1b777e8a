"""Airflow's names, served from a table: `import airflow` is a door, nothing lives behind it.

`__version__` is what provider packages read to choose their code path. 3.3 is the line whose task
interface Venturi serves, so they take the short road through `airflow.sdk`; it is not Venturi's own
version, which `airflow version` prints.

Importing this module installs a finder and nothing else: no configuration is read, no folder is
made, no database is touched. Provider packages put their files below `airflow/providers` of any
folder on `sys.path`, hence the extended `__path__`.
"""

from venturi.compat.finder import attributes_of, extend_path, install

TYPE_CHECKING = False  # known to type checkers; saves importing `typing`
if TYPE_CHECKING:
    from typing import Any

    def __getattr__(name: str) -> Any: ...


__version__ = "3.3.2"
__path__ = extend_path(__path__, __name__)

install()
if not TYPE_CHECKING:
    __getattr__, __dir__ = attributes_of(__name__)
