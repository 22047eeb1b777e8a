"""What is installed and how it is set: configuration, plugins, providers."""

from importlib.metadata import Distribution, distributions
from typing import Any

import msgspec
from starlette.responses import PlainTextResponse

from venturi.api.call import Call
from venturi.api.errors import Refused
from venturi.api.shapes.assets import PageQuery
from venturi.config.listing import Listing, listed
from venturi.config.options import OptionName
from venturi.core.errors import NotFound
from venturi.runner.asides import NoAnswer, ask

_TEXT, _JSON = "text/plain", "application/json"


class ConfigQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which section; none named: all."""

    section: str | None = None


class ConfigOption(msgspec.Struct, frozen=True, kw_only=True):
    """An option and its value; a secret is shown as `< hidden >`."""

    key: str
    value: str


class ConfigSection(msgspec.Struct, frozen=True, kw_only=True):
    """A section of the configuration."""

    name: str
    options: list[ConfigOption]


class ConfigAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration in force."""

    sections: list[ConfigSection]


def get_config(call: Call, query: ConfigQuery) -> ConfigAnswer | PlainTextResponse:
    """The configuration in force, without secrets."""
    _require_exposed(call)
    conf, wanted = call.api.conf, query.section
    if wanted is not None and wanted not in conf.sections():
        raise NotFound(f"The configuration has no section {wanted!r}.")
    if _wants_text(call):
        return PlainTextResponse(listed(conf, Listing(section=wanted)))
    names = [wanted] if wanted is not None else conf.sections()
    return ConfigAnswer(sections=[_section(call, name) for name in names])


def get_config_value(call: Call, section: str, option: str) -> ConfigAnswer | PlainTextResponse:
    """One option."""
    _require_exposed(call)
    if option not in call.api.conf.options(section):
        raise NotFound(f"The configuration has no option [{section}] {option}.")
    value = call.api.conf.shown(OptionName(section, option)) or ""
    if _wants_text(call):
        return PlainTextResponse(f"[{section}]\n{option} = {value}\n")
    found = ConfigSection(name=section, options=[ConfigOption(key=option, value=value)])
    return ConfigAnswer(sections=[found])


def _section(call: Call, name: str) -> ConfigSection:
    conf = call.api.conf
    values = [(key, conf.shown(OptionName(name, key))) for key in conf.options(name)]
    return ConfigSection(
        name=name,
        options=[ConfigOption(key=key, value=text) for key, text in values if text is not None],
    )


def _require_exposed(call: Call) -> None:
    shown = str(call.api.conf.get("api", "expose_config", fallback="False")).lower()
    if shown not in {"true", "non-sensitive-only"}:
        raise Refused(
            403,
            "The configuration is not shown here. To show it, without secrets: "
            "[api] expose_config = non-sensitive-only in airflow.cfg.",
        )


def _wants_text(call: Call) -> bool:
    kinds = [each.partition(";")[0].strip() for each in call.accept.split(",")]
    for kind in kinds:
        if kind in {_JSON, "application/*", "*/*", ""}:
            return False
        if kind in {_TEXT, "text/*"}:
            return True
    raise Refused(406, "The configuration is there as application/json and as text/plain.")


# --- plugins and providers ----------------------------------------------------------------------


class Plugin(msgspec.Struct, frozen=True, kw_only=True):
    """What a plugin brings."""

    name: str
    source: str
    macros: list[str] = []
    flask_blueprints: list[str] = []
    fastapi_apps: list[dict[str, Any]] = []
    fastapi_root_middlewares: list[dict[str, Any]] = []
    external_views: list[dict[str, Any]] = []
    react_apps: list[dict[str, Any]] = []
    appbuilder_views: list[dict[str, Any]] = []
    appbuilder_menu_items: list[dict[str, Any]] = []
    global_operator_extra_links: list[str] = []
    operator_extra_links: list[str] = []
    listeners: list[str] = []
    timetables: list[str] = []


class Plugins(msgspec.Struct, frozen=True, kw_only=True):
    """A page of plugins."""

    plugins: list[Plugin]
    total_entries: int


class PluginProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A plugin that cannot be used, and why."""

    source: str
    error: str


class PluginProblems(msgspec.Struct, frozen=True, kw_only=True):
    """Plugins that cannot be used."""

    import_errors: list[PluginProblem]
    total_entries: int


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """An installed package that brings operators and hooks."""

    package_name: str
    description: str
    version: str
    documentation_url: str | None


class Providers(msgspec.Struct, frozen=True, kw_only=True):
    """A page of providers."""

    providers: list[Provider]
    total_entries: int


#: What of a plugin's lists is an object with fields; the rest is shown by name.
_OBJECTS = frozenset(
    name for name in Plugin.__struct_fields__ if "dict" in str(Plugin.__annotations__[name])
)


def get_plugins(call: Call, query: PageQuery) -> Plugins:
    """A page of plugins; they are loaded in a process of their own to be told of."""
    found = [_plugin(each) for each in _asked()["plugins"]]
    paging = call.paging(query.limit, query.offset, [])
    end = paging.offset + (paging.limit or len(found))
    return Plugins(plugins=found[paging.offset : end], total_entries=len(found))


def import_errors(call: Call) -> PluginProblems:
    """Plugins that cannot be used."""
    del call
    found = [PluginProblem(**each) for each in _asked()["errors"]]
    return PluginProblems(import_errors=found, total_entries=len(found))


def _asked() -> Any:
    try:
        return ask("plugins")
    except NoAnswer as error:
        problem = {"source": "plugins folder", "error": str(error)}
        return {"plugins": [], "errors": [problem]}


def _plugin(values: dict[str, Any]) -> Plugin:
    fields: dict[str, Any] = {"name": values["name"], "source": values["source"]}
    for name in Plugin.__struct_fields__[2:]:
        kind = dict if name in _OBJECTS else str
        fields[name] = [each for each in values.get(name, ()) if isinstance(each, kind)]
    return Plugin(**fields)


def get_providers(call: Call, query: PageQuery) -> Providers:
    """A page of installed provider packages."""
    found = sorted(
        (_provider(each) for each in distributions() if _is_provider(each)),
        key=lambda each: each.package_name,
    )
    paging = call.paging(query.limit, query.offset, [])
    end = paging.offset + (paging.limit or len(found))
    return Providers(providers=found[paging.offset : end], total_entries=len(found))


def _is_provider(package: Distribution) -> bool:
    return any(point.group == "apache_airflow_provider" for point in package.entry_points)


def _provider(package: Distribution) -> Provider:
    about = package.metadata
    links = dict(text.split(", ", 1) for text in about.get_all("Project-URL") or () if ", " in text)
    return Provider(
        package_name=about["Name"],
        description=about["Summary"] or "",
        version=package.version,
        documentation_url=links.get("Documentation"),
    )
