"""What a plugin declares."""

from collections.abc import Callable
from typing import Any


class AirflowPluginException(Exception):
    """A plugin cannot be used; the text says which and why."""


class AirflowPlugin:
    """Base of plugins: a name, and lists of what it brings. Set what you need, leave the rest.

    The names are those of Airflow, of every line: classes in `operators`, `hooks`, `sensors`,
    `executors` and functions in `macros` can be imported from `airflow.operators.<name>` and so
    on, as in 1.x.
    """

    name: str | None = None
    source: Any = None

    # 1.x
    operators: list[type] = []
    sensors: list[type] = []
    hooks: list[type] = []
    executors: list[type] = []
    macros: list[Callable[..., Any]] = []
    admin_views: list[Any] = []
    flask_blueprints: list[Any] = []
    menu_links: list[Any] = []

    # 2.x
    appbuilder_views: list[Any] = []
    appbuilder_menu_items: list[Any] = []
    global_operator_extra_links: list[Any] = []
    operator_extra_links: list[Any] = []
    timetables: list[type] = []
    listeners: list[Any] = []
    ti_deps: list[Any] = []
    priority_weight_strategies: list[type] = []

    # 3.x
    fastapi_apps: list[Any] = []
    fastapi_root_middlewares: list[Any] = []
    external_views: list[Any] = []
    react_apps: list[Any] = []
    partition_mappers: list[type] = []
    windows: list[type] = []
    deadline_references: list[type] = []
    hook_lineage_readers: list[type] = []

    @classmethod
    def validate(cls) -> None:
        """Raise `AirflowPluginException` unless the plugin has a name."""
        if not cls.name:
            raise AirflowPluginException(
                f"Plugin {cls.__module__}.{cls.__qualname__} needs a name: "
                'set the class attribute name = "...".'
            )

    @classmethod
    def on_load(cls, *args: Any, **kwargs: Any) -> None:
        """Called once when the plugin has been loaded."""


#: The lists of a plugin, in the order in which they are shown.
LISTS: tuple[str, ...] = tuple(
    name for name, value in vars(AirflowPlugin).items() if isinstance(value, list)
)

#: Lists whose members can be imported from `airflow.<list>.<plugin>`.
IMPORTABLE: tuple[str, ...] = ("operators", "sensors", "hooks", "executors", "macros")
