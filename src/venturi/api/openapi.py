"""The OpenAPI description of a table of routes, made when somebody asks for it."""

import re
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import msgspec

from venturi.api.endpoint import signature_of
from venturi.api.route import Route

_REF = "#/components/schemas/{name}"
_CONVERTOR = re.compile(r"{(\w+):\w+}")

#: Answers of every operation besides its own.
_ERRORS = {
    "400": "The request contradicts what is there",
    "404": "What was named does not exist",
    "409": "What was asked for is there already",
    "422": "A value does not have the form it must have",
}


def document(prefix: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The description as plain data."""
    types: list[Any] = []
    for route in routes:
        annotations = route.handler.__annotations__
        types += [annotations[name] for name in ("query", "body", "return") if name in annotations]
    known = [each for each in types if _is_described(each)]
    schemas, components = msgspec.json.schema_components(known, ref_template=_REF)
    by_type = {id(each): schema for each, schema in zip(known, schemas, strict=True)}
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        path = _CONVERTOR.sub(r"{\1}", prefix + route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, by_type, components)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Venturi REST API", "version": version("venturi")},
        "paths": paths,
        "components": {"schemas": components},
    }


def summary(route: Route) -> str:
    """What an operation does, in one line."""
    return (route.handler.__doc__ or "").partition("\n")[0]


def _is_described(annotation: Any) -> bool:
    try:
        msgspec.json.schema(annotation)
    except TypeError:  # a response of the handler's own
        return False
    return True


def _operation(
    route: Route, schemas: dict[int, dict[str, Any]], components: dict[str, Any]
) -> dict[str, Any]:
    annotations = route.handler.__annotations__
    answer = schemas.get(id(annotations.get("return")))
    done: dict[str, Any] = {"description": "Done"}
    if answer is not None and route.status != 204:
        done["content"] = {"application/json": {"schema": answer}}
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": summary(route),
        "x-permission": route.permission,
        "parameters": [*_path_parameters(route), *_query_parameters(route, schemas, components)],
        "responses": {
            str(route.status): done,
            **{code: {"description": text} for code, text in _ERRORS.items()},
        },
    }
    if "body" in annotations:
        content = {"application/json": {"schema": schemas[id(annotations["body"])]}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _path_parameters(route: Route) -> list[dict[str, Any]]:
    kinds = {str: "string", int: "integer"}
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": kinds[kind]}}
        for name, kind in signature_of(route.handler).path.items()
    ]


def _query_parameters(
    route: Route, schemas: dict[int, dict[str, Any]], components: dict[str, Any]
) -> list[dict[str, Any]]:
    annotation = route.handler.__annotations__.get("query")
    if annotation is None:
        return []
    schema = components[schemas[id(annotation)]["$ref"].rpartition("/")[2]]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": value}
        for name, value in schema["properties"].items()
    ]
