"""Jinja environments: one per DAG and kind, with compiled templates kept.

The host of a DAG file makes them before it forks, so a task process usually finds its templates
compiled. Environments are sandboxed, as a template may come from a person (`conf`, params) and not
from the DAG's author; unlike in Jinja's own sandbox, names with a leading underscore may be read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jinja2
from jinja2.nativetypes import NativeEnvironment, native_concat
from jinja2.sandbox import SandboxedEnvironment, is_internal_attribute

from venturi.sdk.late import value_of
from venturi.spec.model import Era

#: More compiled templates than this and an environment starts over.
KEPT_TEMPLATES = 1000


def as_ds(value: datetime | None) -> str | None:
    """Filter: `2026-11-22`."""
    return None if value is None else value.strftime("%Y-%m-%d")


def as_ds_nodash(value: datetime | None) -> str | None:
    """Filter: `20261122`."""
    return None if value is None else value.strftime("%Y%m%d")


def as_ts(value: datetime | None) -> str | None:
    """Filter: `2026-11-22T13:40:58+00:00`."""
    return None if value is None else value.isoformat()


def as_ts_nodash(value: datetime | None) -> str | None:
    """Filter: `20261122T134058`."""
    return None if value is None else value.strftime("%Y%m%dT%H%M%S")


def as_ts_nodash_with_tz(value: datetime | None) -> str | None:
    """Filter: `20261122T134058+0000`."""
    return None if value is None else value.isoformat().replace("-", "").replace(":", "")


#: Filters that every template may use, beside Jinja's own.
FILTERS: Mapping[str, Callable[[datetime | None], str | None]] = {
    "ds": as_ds,
    "ds_nodash": as_ds_nodash,
    "ts": as_ts,
    "ts_nodash": as_ts_nodash,
    "ts_nodash_with_tz": as_ts_nodash_with_tz,
}


class TaskEnvironment(SandboxedEnvironment):
    """Renders to text."""

    native = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.filters.update(FILTERS)
        self._compiled: dict[str, jinja2.Template] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not is_internal_attribute(obj, attr)

    def compiled(self, source: str) -> jinja2.Template:
        """The template of this text, compiled at most once."""
        template = self._compiled.get(source)
        if template is None:
            if len(self._compiled) >= KEPT_TEMPLATES:
                self._compiled.clear()
            template = self._compiled[source] = self.from_string(source)
        return template

    def is_plain(self, source: str) -> bool:
        """Whether `source` has no markup, so that it renders to itself."""
        if self.line_statement_prefix or self.line_comment_prefix:
            return False
        return not (
            self.variable_start_string in source
            or self.block_start_string in source
            or self.comment_start_string in source
            or "\r" in source
            or source.endswith("\n")
        )

    def rendered(self, template: jinja2.Template, context: Mapping[str, Any]) -> Any:
        """Render with `context`, whose values are looked up only when the template names them."""
        values: Any = context
        if template.globals:
            values = _Names(context, template.globals)
        try:
            nodes = template.root_render_func(
                self.context_class(self, values, template.name, template.blocks)
            )
            return self._joined(nodes)
        except Exception:  # Jinja rewrites the traceback to the template's lines
            self.handle_exception()

    def _joined(self, nodes: Iterable[Any]) -> Any:
        return "".join(nodes)


class NativeTaskEnvironment(TaskEnvironment, NativeEnvironment):
    """Renders to Python objects (`render_template_as_native_obj`)."""

    native = True

    def is_plain(self, source: str) -> bool:
        return False  # "12" is a number here

    def _joined(self, nodes: Iterable[Any]) -> Any:
        return native_concat(nodes)


class _Names(dict[str, Any]):
    """The names a template sees: the context's, then the environment's, each looked up when used.

    Jinja copies what it is given where a template includes or imports another one, hence the
    iteration.
    """

    def __init__(self, context: Mapping[str, Any], globals_: Mapping[str, Any]) -> None:
        super().__init__()
        self._context, self._globals = context, globals_

    def __contains__(self, name: object) -> bool:
        return name in self._context or name in self._globals

    def __getitem__(self, name: str) -> Any:
        return value_of(self._context[name]) if name in self._context else self._globals[name]

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        yield from self._context
        yield from (name for name in self._globals if name not in self._context)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def keys(self) -> Any:
        return list(self)

    def items(self) -> Any:
        return [(name, self[name]) for name in self]

    def values(self) -> Any:
        return [self[name] for name in self]


class Environments:
    """The environments of one DAG, made when first used. Not copied with the DAG."""

    def __init__(self) -> None:
        self._made: dict[bool, TaskEnvironment] = {}

    def __deepcopy__(self, memo: object) -> "Environments":
        return Environments()

    def __copy__(self) -> "Environments":
        return Environments()

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return Environments, ()

    def of(self, dag: Any, native: bool) -> TaskEnvironment:
        """The environment of `dag` that renders to text, or to objects when `native`."""
        found = self._made.get(native)
        if found is None:
            found = self._made[native] = environment(dag, native)
        return found


def environment(dag: Any, native: bool = False) -> TaskEnvironment:
    """Make the environment that the arguments of `dag` (None: no DAG at all) ask for."""
    options: dict[str, Any] = {
        "loader": jinja2.FileSystemLoader(search_path(dag)),
        "undefined": undefined_of(dag),
        "extensions": ["jinja2.ext.do"],
    }
    options.update(getattr(dag, "jinja_environment_kwargs", None) or {})
    made = NativeTaskEnvironment(**options) if native else TaskEnvironment(**options)
    made.globals.update(getattr(dag, "user_defined_macros", None) or {})
    made.filters.update(getattr(dag, "user_defined_filters", None) or {})
    return made


def environment_of(dag: Any, native: bool | None = None) -> TaskEnvironment:
    """The environment of `dag`, kept with it; `native` None means what the DAG says."""
    if native is None:
        native = bool(getattr(dag, "render_template_as_native_obj", False))
    if dag is None:
        return environment(None, native)
    kept = dag.__dict__.get("_environments")
    if kept is None:
        kept = dag.__dict__["_environments"] = Environments()
    found: TaskEnvironment = kept.of(dag, native)
    return found


def undefined_of(dag: Any) -> type[jinja2.Undefined]:
    """What an unknown name in a template is: an error, for files of old eras an empty text."""
    said: type[jinja2.Undefined] | None = getattr(dag, "template_undefined", None)
    if said is not None:
        return said
    era = getattr(dag, "era", Era.V3)
    return jinja2.Undefined if era is Era.V1 else jinja2.StrictUndefined


def search_path(dag: Any) -> list[str]:
    """Folders where template files are looked for: the DAG file's, then `template_searchpath`."""
    if dag is None:
        return [str(Path.cwd())]
    said = getattr(dag, "template_searchpath", None) or ()
    folders = [str(getattr(dag, "folder", "") or Path(getattr(dag, "fileloc", "") or ".").parent)]
    folders += [said] if isinstance(said, str) else [str(folder) for folder in said]
    return folders
