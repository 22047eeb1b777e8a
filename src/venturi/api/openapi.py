"""The OpenAPI description of a table of routes, made when somebody asks for it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from types import UnionType
from typing import Any, Union, get_args, get_origin

import msgspec
from starlette.responses import Response

from venturi.api.endpoint import signature_of
from venturi.api.permissions import Permission
from venturi.api.route import Route

_SCHEMAS = "#/components/schemas/"
_CONVERTOR = re.compile(r"{(\w+):\w+}")
_JSON = "application/json"
_LARGEST = 2**63 - 1


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request was refused, in a sentence."""

    detail: str | dict[str, Any]


class BadPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a request that does not have the form it must have."""

    loc: list[str | int]
    msg: str
    type: str
    input: Any = None


class BadParts(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of a request that do not have the form they must have."""

    detail: list[BadPart]


#: Answers besides an operation's own: who may get them, what they mean, their type.
_ERRORS: tuple[tuple[str, str, type], ...] = (
    ("400", "The request contradicts what is there", Problem),
    ("401", "Sign in first", Problem),
    ("403", "You may not do this, or it is switched off", Problem),
    ("404", "What was named does not exist", Problem),
    ("409", "What was asked for is there already, or is busy", Problem),
    ("422", "A value does not have the form it must have", BadParts),
)
#: Media types of answers that a handler makes by itself, beside those of its struct.
_MADE: Mapping[str, tuple[str, ...]] = {
    "get_log": ("text/plain", "application/x-ndjson"),
    "get_dag_source": ("text/plain",),
    "get_config": ("text/plain",),
    "get_config_value": ("text/plain",),
    "wait_dag_run_until_finished": ("application/x-ndjson",),
}
#: Further answers of single operations.
_ALSO: Mapping[str, Mapping[str, str]] = {
    "get_config": {"406": "There is no such representation"},
    "get_config_value": {"406": "There is no such representation"},
}


def document(prefix: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The description as plain data."""
    asked = [each for route in routes for each in _asked(route)]
    answers = [each for route in routes for each in answer_types(route)]
    types: list[Any] = [*asked, *answers, Problem, BadParts]
    schemas, components = msgspec.json.schema_components(types, ref_template=_SCHEMAS + "{name}")
    by_type = {id(each): schema for each, schema in zip(types, schemas, strict=True)}
    _say_what_is_always_there(asked, [*answers, Problem, BadParts], by_type, components)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _CONVERTOR.sub(r"{\1}", prefix + route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, by_type, components)
    for route in routes:
        query = route.handler.__annotations__.get("query")
        if query is not None:  # parameters stand where they are used
            components.pop(by_type[id(query)]["$ref"].removeprefix(_SCHEMAS), None)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Venturi REST API", "version": version("venturi")},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "HTTPBearer": {"type": "http", "scheme": "bearer"},
                "OAuth2PasswordBearer": {
                    "type": "oauth2",
                    "flows": {"password": {"tokenUrl": "/auth/token", "scopes": {}}},
                },
            },
        },
    }


def summary(route: Route) -> str:
    """What an operation does, in one line."""
    return (route.handler.__doc__ or "").partition("\n")[0]


def answer_types(route: Route) -> tuple[type, ...]:
    """The structs that an operation may answer with; none where it makes its answer by itself."""
    annotation = route.handler.__annotations__.get("return")
    parts = get_args(annotation) if get_origin(annotation) in {Union, UnionType} else (annotation,)
    return tuple(each for each in parts if each is not None and not _is_response(each))


def _is_response(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Response)


def _asked(route: Route) -> Iterator[Any]:
    annotations = route.handler.__annotations__
    return (annotations[name] for name in ("query", "body") if name in annotations)


def _say_what_is_always_there(
    asked: Iterable[Any],
    answers: Iterable[Any],
    by_type: Mapping[int, dict[str, Any]],
    components: dict[str, Any],
) -> None:
    """Every field of an answer that has a value if none is given is there, even when it is null."""
    used = _reached([by_type[id(each)] for each in asked], components)
    sparse = {"LogLine", "WaitLine", "TimeDelta"}  # leave out what they do not know
    for name in _reached([by_type[id(each)] for each in answers], components) - used - sparse:
        properties = components[name].get("properties")
        if properties:
            given = components[name].get("required", ())
            always = [each for each, is_ in properties.items() if each in given or "default" in is_]
            components[name]["required"] = always


def _reached(start: Any, components: Mapping[str, Any]) -> set[str]:
    """The components that a schema leads to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            name = str(each.get("$ref", "")).removeprefix(_SCHEMAS)
            if name and name not in found:
                found.add(name)
                waiting.append(components[name])
            waiting.extend(each.values())
        elif isinstance(each, list):
            waiting.extend(each)
    return found


def _operation(
    route: Route,
    schemas: Mapping[int, dict[str, Any]],
    components: Mapping[str, Any],
) -> dict[str, Any]:
    annotations = route.handler.__annotations__
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary(route),
        "tags": [_tag(route)],
        "x-permission": route.permission,
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas, components)],
        "responses": _responses(route, schemas),
    }
    if route.permission is not Permission.PUBLIC:
        operation["security"] = [{"HTTPBearer": []}, {"OAuth2PasswordBearer": []}]
    if "body" in annotations:
        content = {_JSON: {"schema": schemas[id(annotations["body"])]}}
        needed = type(None) not in get_args(annotations["body"])
        operation["requestBody"] = {"required": needed, "content": content}
    return operation


def _tag(route: Route) -> str:
    """The noun that an operation is listed under: the file of its handler."""
    return route.handler.__module__.rpartition(".")[2].replace("_", " ").capitalize()


def _responses(route: Route, schemas: Mapping[int, dict[str, Any]]) -> dict[str, Any]:
    options = [schemas[id(each)] for each in answer_types(route)]
    done: dict[str, Any] = {"description": "Done"}
    if route.status not in {204, 307}:
        content: dict[str, Any] = {}
        if options:
            content[_JSON] = {"schema": options[0] if len(options) == 1 else {"anyOf": options}}
        elif route.name not in _MADE:
            content[_JSON] = {"schema": {"type": "null"}}
        content |= {kind: {"schema": {"type": "string"}} for kind in _MADE.get(route.name, ())}
        done["content"] = content
    public = route.permission is Permission.PUBLIC
    errors = {
        code: _error(text, schemas[id(kind)])
        for code, text, kind in _ERRORS
        if not (public and code in {"401", "403"})
    }
    also = {
        code: _error(text, schemas[id(Problem)]) for code, text in _ALSO.get(route.name, {}).items()
    }
    return {str(route.status): done, **errors, **also}


def _error(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {_JSON: {"schema": schema}}}


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    kinds: dict[type, dict[str, Any]] = {
        str: {"type": "string", "minLength": 1},
        int: {"type": "integer", "minimum": -_LARGEST, "maximum": _LARGEST},
    }
    return [
        {"name": name, "in": "path", "required": True, "schema": kinds[kind]}
        for name, kind in signature_of(route.handler).path.items()
    ]


def _query_parameters(
    route: Route, schemas: Mapping[int, dict[str, Any]], components: Mapping[str, Any]
) -> list[dict[str, Any]]:
    annotation = route.handler.__annotations__.get("query")
    if annotation is None:
        return []
    schema = components[schemas[id(annotation)]["$ref"].removeprefix(_SCHEMAS)]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _sent(value)}
        for name, value in schema["properties"].items()
    ]


def _sent(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema as it can be sent: null is to leave it away."""
    options = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if not options or len(options) == len(schema["anyOf"]):
        return schema
    rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
    return {**rest, **(options[0] if len(options) == 1 else {"anyOf": options})}
