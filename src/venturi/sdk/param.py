"""Params: values a run may be started with, checked by a JSON schema."""

from collections.abc import ItemsView, Iterator, Mapping, MutableMapping, ValuesView
from typing import TYPE_CHECKING, Any

from venturi.sdk.exceptions import ParamValidationError
from venturi.sdk.freeze_values import stable

if TYPE_CHECKING:
    from venturi.sdk.dag import DAG


class NotSet:
    """Stands for "no value given"."""

    def __repr__(self) -> str:
        return "NOTSET"


NOTSET: Any = NotSet()


class Param:
    """A value with a JSON schema: `Param(3, type="integer", minimum=1, description="...")`.

    Without a default a value must be given when a run is started. `type` and everything else that
    is not named here are keywords of JSON schema; `values_display`, `section`, `description_md`,
    `title`, `format` shape the form.
    """

    def __init__(
        self,
        default: Any = NOTSET,
        description: str | None = None,
        source: str | None = None,
        **schema: Any,
    ) -> None:
        self.value = default
        self.description = description
        self.source = source
        self.schema: dict[str, Any] = schema.pop("schema", None) or schema

    @property
    def has_value(self) -> bool:
        """Whether there is a value at all."""
        return self.value is not NOTSET and self.value is not None

    def resolve(self, value: Any = NOTSET, suppress_exception: bool = False) -> Any:
        """The value (a new one if given), checked. Raises `ParamValidationError`."""
        found = self.value if value is NOTSET else value
        if found is NOTSET:
            if suppress_exception:
                return None
            raise ParamValidationError("No value passed and Param has no default value")
        if not self.schema:
            return found
        problem = _problem(found, self.schema)
        if problem is not None:
            if suppress_exception:
                return None
            raise ParamValidationError(problem)
        self.value = found
        return found

    def dump(self) -> dict[str, Any]:
        """Value, schema and description."""
        return {
            "value": None if self.value is NOTSET else self.value,
            "schema": self.schema,
            "description": self.description,
            "source": self.source,
        }

    def __copy__(self) -> "Param":
        return Param(self.value, self.description, self.source, schema=self.schema)

    def __repr__(self) -> str:
        return f"Param({self.value!r})"


class ParamsDict(MutableMapping[str, Any]):
    """Params by name. Reading one gives its value; `get_param` the `Param` itself."""

    def __init__(
        self, dict_obj: Mapping[str, Any] | None = None, suppress_exception: bool = False
    ) -> None:
        self._params: dict[str, Param] = {}
        self.suppress_exception = suppress_exception
        if dict_obj:
            self.update(dict_obj)

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, Param):
            self._params[name] = Param(
                value.value, value.description, value.source, schema=value.schema
            )
        elif name in self._params:
            held = self._params[name]
            try:
                held.resolve(value, self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"Invalid input for param {name}: {error}") from None
            held.value = value
        else:
            self._params[name] = Param(value)

    def __getitem__(self, name: str) -> Any:
        found = self._params[name]
        return None if found.value is NOTSET else found.value

    def __delitem__(self, name: str) -> None:
        del self._params[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def update(self, other: Any = (), /, **more: Any) -> None:
        """Set several: from a mapping (of values or `Param`s) or pairs."""
        source = other._params if isinstance(other, ParamsDict) else other
        pairs = source.items() if isinstance(source, Mapping) else source
        for name, value in [*pairs, *more.items()]:
            self[name] = value

    def items(self) -> ItemsView[str, Any]:
        return ItemsView(self)

    def values(self) -> ValuesView[Any]:
        return ValuesView(self)

    def get_param(self, name: str) -> Param:
        """The `Param` of that name."""
        return self._params[name]

    def dump(self) -> dict[str, Any]:
        """Plain values by name."""
        return {name: self[name] for name in self}

    def validate(self) -> dict[str, Any]:
        """Plain values by name, all checked. Raises `ParamValidationError` naming the param."""
        found: dict[str, Any] = {}
        for name, param in self._params.items():
            try:
                found[name] = param.resolve(suppress_exception=self.suppress_exception)
            except ParamValidationError as error:
                raise ParamValidationError(f"Invalid input for param {name}: {error}") from None
        return found

    def check_defaults(self, *, scheduled: bool) -> None:
        """Refuse defaults that do not fit, and, for a DAG that starts by itself, missing ones."""
        for name, param in self._params.items():
            if param.value is NOTSET or (param.value is None and param.schema):
                if not scheduled:
                    continue
            elif not param.schema:
                continue
            try:
                param.resolve()
            except ParamValidationError as error:
                raise ParamValidationError(
                    f"param {name!r} has a default that does not fit: {error}"
                ) from None

    def frozen(self) -> dict[str, Any]:
        """Each param as plain data: value, schema, description."""
        return {name: stable(param.dump()) for name, param in self._params.items()}

    def __copy__(self) -> "ParamsDict":
        return ParamsDict(self)

    def __deepcopy__(self, memo: dict[int, Any] | None) -> "ParamsDict":
        return ParamsDict(self)

    def __repr__(self) -> str:
        return repr(self.dump())


class DagParam:
    """A reference to a param of a DAG, given to a task: resolved when it runs."""

    def __init__(self, current_dag: "DAG", name: str, default: Any = NOTSET) -> None:
        self._name = name
        if default is not NOTSET:
            current_dag.params[name] = default
        self._default = default

    def iter_references(self) -> Iterator[tuple[Any, str]]:
        """The XComs it refers to: none."""
        return iter(())

    def resolve(self, context: Mapping[str, Any], **_: Any) -> Any:
        """The value in this run: from its conf, else the param's, else the default."""
        conf = getattr(context.get("dag_run"), "conf", None) or {}
        if self._name in conf:
            return conf[self._name]
        params = context.get("params") or {}
        if self._name in params:
            return params[self._name]
        if self._default is not NOTSET:
            return self._default
        raise ParamValidationError(f"Param {self._name!r} has no value in this run.")

    def __repr__(self) -> str:
        return f"DagParam({self._name!r})"


def _problem(value: Any, schema: Mapping[str, Any]) -> str | None:
    """What is wrong with `value`, in a sentence; None if it fits."""
    import jsonschema
    from jsonschema.exceptions import best_match

    checker = jsonschema.FormatChecker()
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    found = best_match(kind(schema, format_checker=checker).iter_errors(value))
    return None if found is None else str(found.message)
