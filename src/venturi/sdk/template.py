"""Templates in the arguments of operators.

`Templater` gives a class its `template_fields`: text in them is Jinja, text that ends in one of
`template_ext` names a file. Jinja itself is imported when something is rendered.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from venturi.sdk.exceptions import AirflowException

if TYPE_CHECKING:
    from venturi.sdk.template_env import TaskEnvironment

#: Endings of shell scripts: where no such template file exists, the text is a command to run.
COMMAND_ENDINGS = (".sh", ".bash")


class TemplateFieldMissing(AirflowException, AttributeError):
    """An operator lists a template field that it does not have."""


class TemplateFileMissing(AirflowException):
    """A field names a template file that is in none of the folders searched."""


class LiteralValue:
    """A value that is used as it is, never rendered."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def iter_references(self) -> Iterable[tuple[Any, str]]:
        """The XComs it refers to: none."""
        return ()

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        """The value itself."""
        return self.value

    def __repr__(self) -> str:
        return f"literal({self.value!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LiteralValue) and self.value == other.value

    __hash__ = None  # type: ignore[assignment]


def literal(value: Any) -> LiteralValue:
    """Wrap `value` so that it is passed to the task unrendered."""
    return LiteralValue(value)


class Templater:
    """Mixin: renders the attributes named in `template_fields`.

    `template_fields` are attribute names, `template_ext` endings of template files.
    """

    template_fields: Collection[str] = ()
    template_ext: Sequence[str] = ()

    def get_template_env(self, dag: Any = None) -> "TaskEnvironment":
        """The Jinja environment of `dag` (default: the DAG this belongs to, if any)."""
        from venturi.sdk.template_env import environment_of

        return environment_of(dag if dag is not None else self._template_dag(), self._is_native())

    def prepare_template(self) -> None:
        """Hook of operators: called after template files were read, before rendering."""

    def resolve_template_files(self) -> None:
        """Replace the names of template files in `template_fields` by their content."""
        endings = tuple(self.template_ext or ())
        if endings:
            for field in self.template_fields:
                self._read_files(field, endings)
        self.prepare_template()

    def render_template_fields(
        self, context: Mapping[str, Any], jinja_env: "TaskEnvironment | None" = None
    ) -> None:
        """Render all `template_fields` of this object in place."""
        if self.template_fields:
            env = jinja_env if jinja_env is not None else self.get_template_env()
            self._render_fields_of(self, self.template_fields, context, env, set())

    def render_template(
        self,
        content: Any,
        context: Mapping[str, Any],
        jinja_env: "TaskEnvironment | None" = None,
        seen_oids: set[int] | None = None,
    ) -> Any:
        """`content` with every text in it rendered.

        Goes into lists, tuples, sets and the values of dicts, which come back as new objects, and
        into objects with `template_fields` of their own, which are changed in place. Objects with a
        `resolve` method (XCom arguments, `literal`) come back as what they resolve to.
        """
        env = jinja_env if jinja_env is not None else self.get_template_env()
        return self._rendered(content, context, env, set() if seen_oids is None else seen_oids)

    # ---------------------------------------------------------------------------------------

    def _template_dag(self) -> Any:
        get_dag = getattr(self, "get_dag", None)
        if get_dag is not None:
            return get_dag()
        return getattr(self, "dag", None)

    def _is_native(self) -> bool | None:
        """What this object itself says about native rendering; None: as its DAG does."""
        said: bool | None = getattr(self, "render_template_as_native_obj", None)
        return said

    def _rendered(
        self, value: Any, context: Mapping[str, Any], env: "TaskEnvironment", seen: set[int]
    ) -> Any:
        match value:
            case str():
                return self._rendered_text(value, context, env)
            case None | bool() | int() | float():
                return value
            case list():
                return [self._rendered(each, context, env, seen) for each in value]
            case dict():
                items = value.items()
                return {key: self._rendered(each, context, env, seen) for key, each in items}
            case tuple():
                parts = [self._rendered(each, context, env, seen) for each in value]
                return tuple(parts) if type(value) is tuple else type(value)(*parts)
            case set():
                return {self._rendered(each, context, env, seen) for each in value}
        resolve = getattr(value, "resolve", None)
        if resolve is not None and not isinstance(value, Path | type):
            return resolve(context)
        fields = getattr(value, "template_fields", None)
        if fields and not isinstance(value, type) and id(value) not in seen:
            seen.add(id(value))
            self._render_fields_of(value, fields, context, env, seen)
        return value

    def _rendered_text(self, text: str, context: Mapping[str, Any], env: "TaskEnvironment") -> Any:
        endings = tuple(self.template_ext or ())
        if endings and text.endswith(endings):
            template = self._file(text, env, "A template")
            if template is not None:
                return env.rendered(template, context)
        if env.is_plain(text):
            return text
        return env.rendered(env.compiled(text), context)

    def _render_fields_of(
        self,
        parent: Any,
        fields: Iterable[str],
        context: Mapping[str, Any],
        env: "TaskEnvironment",
        seen: set[int],
    ) -> None:
        for field in [fields] if isinstance(fields, str) else fields:
            try:
                value = getattr(parent, field)
            except AttributeError as error:
                raise TemplateFieldMissing(
                    f"{field!r} is in template_fields of {type(parent).__name__}, but it has no "
                    f"such attribute: set it in __init__, or take it out of template_fields."
                ) from error
            if value is None or isinstance(value, bool | int | float):
                continue
            try:
                rendered = self._rendered(value, context, env, seen)
            except Exception as error:
                error.add_note(f"While rendering the field {field!r} of {_name_of(parent)}.")
                raise
            setattr(parent, field, rendered)

    # --- template files ----------------------------------------------------------------------

    def _read_files(self, field: str, endings: tuple[str, ...]) -> None:
        content = getattr(self, field, None)
        if isinstance(content, str):
            if content.endswith(endings):
                setattr(self, field, self._source_of(content, field))
        elif isinstance(content, list):
            # A new list: a copy of the task that runs must not change the task that was written.
            read = [
                self._source_of(each, field)
                if isinstance(each, str) and each.endswith(endings)
                else each
                for each in content
            ]
            setattr(self, field, read)

    def _source_of(self, name: str, field: str) -> str:
        env = self.get_template_env()
        if self._file(name, env, f"Field {field!r}", hints=False) is None:
            return name
        assert env.loader is not None
        return env.loader.get_source(env, name)[0]

    def _file(self, name: str, env: "TaskEnvironment", what: str, hints: bool = True) -> Any:
        """The template file `name`; None where `name` is rather a command or a text."""
        from jinja2 import TemplateNotFound

        try:
            return env.get_template(name)
        except TemplateNotFound as error:
            if error.name != name:
                raise  # a file that this one includes
            if "\n" in name or not env.is_plain(name):
                return None  # a text that only happens to end like a file
            if name.endswith(COMMAND_ENDINGS):
                if hints:
                    logging.getLogger(__name__).info(
                        "Hint: no template file %r was found, so it runs as a command.", name
                    )
                return None
            folders = ", ".join(getattr(env.loader, "searchpath", ()))
            raise TemplateFileMissing(
                f"{what} names the template file {name!r}, which is in none of {folders}; put it "
                "there, add its folder to template_searchpath, or end the text with a space if it "
                "is not a file."
            ) from error


def _name_of(parent: Any) -> str:
    task_id = getattr(parent, "task_id", None)
    kind = type(parent).__name__
    return f"{kind} {task_id!r}" if task_id else kind
