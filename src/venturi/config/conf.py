"""The configuration as an object: `conf.get("core", "dags_folder")` and what belongs to it."""

import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from venturi.config.errors import ConfigError, Notice
from venturi.config.external import command_output, kept_secret
from venturi.config.generated import generated_secret
from venturi.config.load import Loaded, Setting, Source, load, resolved
from venturi.config.options import GENERATED, Option, OptionName
from venturi.config.remarks import readable_secrets
from venturi.config.table.all import OPTIONS, options_by_name
from venturi.config.table.builtin import BUILT_IN
from venturi.config.values import checked, to_boolean, to_float, to_integer, to_list

if TYPE_CHECKING:
    from venturi.config.urls import DatabaseUrl

F = TypeVar("F")

HIDDEN = "< hidden >"


class _Unset:
    """The type of "no fallback was given", which None is not."""


_UNSET = _Unset()


class Config:
    """Options with their values, under their present names and every old one.

    Values are text; `getint` and its kin read it. A fallback counts only for an option that
    nobody set and that has no default. Options that Airflow knows and Venturi does not need, and
    options of your plugins' own sections, are there when somebody set them.
    """

    def __init__(self, loaded: Loaded, environ: Mapping[str, str] = os.environ) -> None:
        self._loaded = loaded
        self._environ = environ
        #: Outputs of commands, answers of the secrets backend, generated keys.
        self._fetched: dict[OptionName, str] = {}

    @property
    def home(self) -> Path:
        """The home folder of the installation."""
        return self._loaded.home

    @property
    def file(self) -> Path:
        """Where `airflow.cfg` is or would be."""
        return self._loaded.file

    @property
    def notices(self) -> tuple[Notice, ...]:
        """What is worth telling once per command."""
        in_file = any(
            setting.source == "cfg" and setting.text and name in _secret_names()
            for name, setting in self._loaded.settings.items()
        )
        return self._loaded.notices + readable_secrets(self.file, in_file)

    @overload
    def get(self, section: str, key: str, **_: Any) -> str | None: ...
    @overload
    def get(self, section: str, key: str, fallback: F, **_: Any) -> str | F: ...
    def get(self, section: str, key: str, fallback: object = _UNSET, **_: Any) -> object:
        """The text of an option, or None for one that is unset and has no default.

        Raises `ConfigError` for a name nobody knows, unless there is a fallback.
        """
        name = _present(section, key)
        text = self._text(name)
        if text is not None:
            return text
        if not isinstance(fallback, _Unset):
            return fallback
        if name in options_by_name():
            return None
        raise ConfigError(f"section/key [{section}/{key}] not found in the configuration.")

    def get_mandatory_value(self, section: str, key: str, **kwargs: Any) -> str:
        """Like `get`, but raises `ConfigError` instead of returning None."""
        text = self.get(section, key, **kwargs)
        if text is None:
            raise ConfigError(f"{_present(section, key)} is not set and must be.")
        return text

    @overload
    def getboolean(self, section: str, key: str) -> bool: ...
    @overload
    def getboolean(self, section: str, key: str, fallback: F) -> bool | F: ...
    def getboolean(self, section: str, key: str, fallback: object = _UNSET) -> object:
        """True or False. Raises `ConfigError` for other text."""
        return self._read(section, key, fallback, to_boolean)

    @overload
    def getint(self, section: str, key: str) -> int: ...
    @overload
    def getint(self, section: str, key: str, fallback: F) -> int | F: ...
    def getint(self, section: str, key: str, fallback: object = _UNSET) -> object:
        """A whole number. Raises `ConfigError` for other text."""
        return self._read(section, key, fallback, to_integer)

    @overload
    def getfloat(self, section: str, key: str) -> float: ...
    @overload
    def getfloat(self, section: str, key: str, fallback: F) -> float | F: ...
    def getfloat(self, section: str, key: str, fallback: object = _UNSET) -> object:
        """A number. Raises `ConfigError` for other text."""
        return self._read(section, key, fallback, to_float)

    @overload
    def getlist(self, section: str, key: str, *, delimiter: str | None = None) -> list[str]: ...
    @overload
    def getlist(
        self, section: str, key: str, fallback: F, delimiter: str | None = None
    ) -> list[str] | F: ...
    def getlist(
        self, section: str, key: str, fallback: object = _UNSET, delimiter: str | None = None
    ) -> object:
        """The parts between `delimiter`s (default: commas and white space), without empty ones."""
        return self._read(section, key, fallback, lambda text: to_list(text, delimiter))

    def getjson(self, section: str, key: str, fallback: Any = _UNSET) -> Any:
        """The value of JSON text; None or the fallback when there is none."""
        import json

        text = self._text(_present(section, key))
        if not text:
            return None if isinstance(fallback, _Unset) else fallback
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConfigError(f"{self.where(section, key)} must be JSON ({error}).") from error

    def getimport(self, section: str, key: str, fallback: Any = _UNSET) -> Any:
        """The object a dotted name stands for; None or the fallback when none is named.

        None also for the names by which Airflow calls what is built in here. Raises `ConfigError`
        naming the option when it cannot be imported.
        """
        import importlib

        text = self._text(_present(section, key))
        if not text:
            return None if isinstance(fallback, _Unset) else fallback
        if text.replace(":", ".") in BUILT_IN:
            return None
        module, _, attribute = text.replace(":", ".").rpartition(".")
        try:
            return getattr(importlib.import_module(module or attribute), attribute)
        except Exception as error:
            raise ConfigError(
                f"{self.where(section, key)} is {text}, which cannot be imported "
                f"({type(error).__name__}: {error})."
            ) from error

    def getpath(self, section: str, key: str) -> Path:
        """A file or folder, absolute; a relative one counts from the home folder.

        Raises `ConfigError` when none is named.
        """
        text = self.get_mandatory_value(section, key)
        if not text:
            raise ConfigError(f"{self.where(section, key)} is empty and must name a path.")
        return self.home / text

    def database_url(self) -> "DatabaseUrl":
        """`[database] sql_alchemy_conn` for the drivers used here.

        Raises `ConfigError` when it cannot be used or its driver is not installed.
        """
        from venturi.config.urls import parse_database_url, require_driver

        name = ("database", "sql_alchemy_conn")
        try:
            url = parse_database_url(self.get_mandatory_value(*name), self.home)
        except ConfigError as error:
            raise ConfigError(f"{self.where(*name)} cannot be used: {error}") from error
        require_driver(url)
        return url

    def getsection(self, section: str) -> dict[str, Any] | None:
        """Every option of a section with a value, read by its type; None for no such section."""
        found = {
            key: _typed(options_by_name().get(OptionName(section.lower(), key)), text)
            for key, text in self.as_dict(display_sensitive=True).get(section.lower(), {}).items()
        }
        return found or None

    def has_option(self, section: str, key: str) -> bool:
        """Whether an option has a value, set or by default."""
        name = _present(section, key)
        option = options_by_name().get(name)
        return self.is_set(section, key) or (option is not None and option.default is not None)

    def has_section(self, section: str) -> bool:
        """Whether any option stands in `section`."""
        return section.lower() in self.sections()

    def sections(self) -> list[str]:
        """Sections with options, in the order of the documentation, then those people added."""
        names = [option.section for option in OPTIONS]
        return list(dict.fromkeys([*names, *(name.section for name in self._loaded.settings)]))

    def options(self, section: str) -> list[str]:
        """Options of a section, under their present names."""
        names = [option.name for option in OPTIONS] + list(self._loaded.settings)
        return list(dict.fromkeys(name.key for name in names if name.section == section.lower()))

    def is_set(self, section: str, key: str) -> bool:
        """Whether somebody set the option, under any of its names."""
        return _present(section, key) in self._loaded.settings

    def source(self, section: str, key: str) -> Source:
        """Where the value comes from: "env", "cfg", "cmd", "secret" or "default"."""
        setting = self._loaded.settings.get(_present(section, key))
        return "default" if setting is None else setting.source

    def where(self, section: str, key: str) -> str:
        """The place an option was set at and its name, to begin a sentence with."""
        name = _present(section, key)
        setting = self._loaded.settings.get(name)
        return str(name) if setting is None else f"{setting.where}: {name}"

    def as_dict(
        self, display_source: bool = False, display_sensitive: bool = False, **_: Any
    ) -> dict[str, dict[str, Any]]:
        """Every option with a value, by section; secrets as `< hidden >` unless asked for.

        With `display_source` each value is a pair of text and source. Hidden secrets are not
        fetched: no command is run for them.
        """
        names = [option.name for option in OPTIONS]
        table: dict[str, dict[str, Any]] = {}
        for name in dict.fromkeys([*names, *self._loaded.settings]):
            text = self.shown(name, display_sensitive)
            if text is not None:
                shown = (text, self.source(*name)) if display_source else text
                table.setdefault(name.section, {})[name.key] = shown
        return table

    def shown(self, name: OptionName, sensitive: bool = False) -> str | None:
        """The text of an option to show; `< hidden >`, unfetched, for a secret with a value."""
        if name in _secret_names() and not sensitive:
            return HIDDEN if self.has_option(*name) else None
        return self._text(name)

    def secret_values(self) -> list[str]:
        """Secrets already known to this process, for masking them in logs. Fetches nothing."""
        found = [
            setting.text
            for name, setting in self._loaded.settings.items()
            if setting.how == "value" and setting.text and name in _secret_names()
        ]
        return found + list(self._fetched.values())

    def _read(self, section: str, key: str, fallback: object, read: Any) -> object:
        text = self._text(_present(section, key))
        if text is None and not isinstance(fallback, _Unset):
            return fallback
        if text is None:
            text = self.get_mandatory_value(section, key)
        try:
            return read(text)
        except ValueError as reason:
            raise ConfigError(f"{self.where(section, key)} {reason}, not `{text}`.") from reason

    def _text(self, name: OptionName) -> str | None:
        setting = self._loaded.settings.get(name)
        if setting is not None and setting.how == "value":
            return setting.text
        if name in self._fetched:
            return self._fetched[name]
        option = options_by_name().get(name)
        if setting is not None:
            self._fetched[name] = self._fetch(name, option, setting)
        elif option is None or option.default is None:
            return None
        elif option.default == GENERATED:
            self._fetched[name] = generated_secret(self.home, name)
        else:
            return resolved(option.default, self.home, self._environ)
        return self._fetched[name]

    def _fetch(self, name: OptionName, option: Option | None, setting: Setting) -> str:
        if setting.how == "command":
            text = command_output(setting.text, name, setting.where, self._environ)
        else:
            text = kept_secret(
                self.getimport("secrets", "backend"),
                self.getjson("secrets", "backend_kwargs") or {},
                setting.text,
                name,
            )
        try:
            return text if option is None else checked(option, text)
        except ValueError as reason:
            raise ConfigError(f"{setting.where}: what {name} got {reason}.") from reason


@cache
def get_config() -> Config:
    """This process's configuration, read on first use; `get_config.cache_clear()` forgets it.

    Reads only: commands call `venturi.config.write.write_first_config` before. Raises
    `ConfigError`.
    """
    return Config(load())


@cache
def _secret_names() -> frozenset[OptionName]:
    return frozenset(option.name for option in OPTIONS if option.secret)


def _present(section: str, key: str) -> OptionName:
    """The present name of an option, given any of its names."""
    name = OptionName(section.lower(), key.lower())
    option = options_by_name().get(name)
    return name if option is None else option.name


def _typed(option: Option | None, text: str) -> Any:
    """The value of `text` by its option's type, or by its looks for an unknown option."""
    if option is not None:
        match option.type:
            case "boolean":
                return to_boolean(text)
            case "integer":
                return to_integer(text)
            case "float" | "duration":
                return to_float(text)
            case _:
                return text
    for read in (to_integer, to_float):
        try:
            return read(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text.lower(), text)
