"""From an HTTP request to a handler and back.

What a handler takes is read once from its signature; values are checked by msgspec. Reading a
body happens on the event loop, everything else in one of a few threads: the store waits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from venturi.api.auth.admit import NotSignedIn, admit
from venturi.api.auth.credentials import Visit
from venturi.api.auth.page import to_sign_in
from venturi.api.auth.principal import ANYBODY, NOBODY
from venturi.api.call import Api, Call
from venturi.api.errors import BadValue, Refused, bad_value, error_response, json_response
from venturi.api.packing import packed
from venturi.api.permissions import Permission
from venturi.api.route import Route
from venturi.store.scope import DagScope

#: A trigger's conf or an XCom may be large, but not without bound.
BODY_BYTES_MAX = 16 << 20
_READ_ONLY = "GET"


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler takes besides the call."""

    path: Mapping[str, type]
    query: type | None
    lists: frozenset[str]
    instants: frozenset[str]
    body: msgspec.json.Decoder[Any] | None
    #: a request without a body is as good as any
    no_body: bool
    #: the handler reads the body itself
    raw_body: bool


def signature_of(handler: Callable[..., Any]) -> Signature:
    """Read a handler's annotations."""
    taken = {
        k: v for k, v in handler.__annotations__.items() if k not in {"call", "_call", "return"}
    }
    query, body = taken.pop("query", None), taken.pop("body", None)
    fields = msgspec.structs.fields(query) if query is not None else ()
    return Signature(
        path=taken,
        query=query,
        lists=frozenset(field.encode_name for field in fields if _mentions(field.type, list)),
        instants=frozenset(
            field.encode_name for field in fields if _mentions(field.type, datetime)
        ),
        body=None if body in {None, bytes} else msgspec.json.Decoder(body),
        no_body=type(None) in get_args(body),
        raw_body=body is bytes,
    )


def _mentions(annotation: Any, kind: type) -> bool:
    return annotation is kind or any(_mentions(arg, kind) for arg in _parts(annotation))


def _parts(annotation: Any) -> tuple[Any, ...]:
    origin = getattr(annotation, "__origin__", None)
    return (*get_args(annotation), *([origin] if origin is not None else []))


def endpoint(api: Api, route: Route) -> Callable[[Request], Awaitable[Response]]:
    """The function that answers requests for `route`."""
    taken = signature_of(route.handler)

    def admitted(request: Request) -> Call:
        now, visit = api.clock.now(), Visit.of(request)
        if route.permission is Permission.PUBLIC:
            who, scope = NOBODY if api.doors.way.required else ANYBODY, DagScope()
        else:
            who = api.doors.who(visit, now)
            with api.store.read() as tx:
                scope = admit(tx, who, route, request.path_params.get("dag_id"))
        return Call(
            api=api,
            who=who,
            visit=visit,
            permission=route.permission,
            scope=scope,
            accept=request.headers.get("accept", "*/*"),
            accept_encoding=request.headers.get("accept-encoding", ""),
            now=now,
        )

    def respond(request: Request, body: bytes) -> Response:
        try:
            result = route.handler(admitted(request), **_arguments(taken, request, body))
            if isinstance(result, Response):
                return result
            if result is None and route.status == 204:
                return Response(status_code=204)
            answer = json_response(result, route.status)
            return packed(answer, request.headers.get("accept-encoding", ""))
        except NotSignedIn as error:
            return to_sign_in(request) if route.is_page else error_response(error)
        except Exception as error:
            return error_response(error)

    async def answer(request: Request) -> Response:
        try:
            body = b"" if route.method == _READ_ONLY else await _body(request)
        except Refused as error:
            return error_response(error)
        return await asyncio.get_running_loop().run_in_executor(api.pool, respond, request, body)

    return answer


async def _body(request: Request) -> bytes:
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > BODY_BYTES_MAX:
            raise Refused(413, f"The body is larger than {BODY_BYTES_MAX} bytes.")
        pieces.append(piece)
    return b"".join(pieces)


def _arguments(taken: Signature, request: Request, body: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in taken.path.items():
        try:
            found[name] = kind(request.path_params[name])
        except ValueError as error:
            raise BadValue(
                ("path", name), f"Expected `{kind.__name__}`", request.path_params[name]
            ) from error
    if taken.query is not None:
        found["query"] = _query(taken, request.query_params)
    if taken.raw_body:
        found["body"] = body
    if taken.body is not None and taken.no_body and not body:
        found["body"] = None
    elif taken.body is not None:
        try:
            found["body"] = taken.body.decode(body)
        except msgspec.ValidationError as error:
            raise bad_value("body", error) from error
        except msgspec.DecodeError as error:
            raise BadValue(("body",), f"The body must be JSON: {error}.") from error
        except RecursionError as error:
            raise BadValue(("body",), "The body is nested too deeply.") from error
    return found


def _query(taken: Signature, params: QueryParams) -> Any:
    values: dict[str, Any] = {}
    for name in params:
        if name in taken.lists:
            values[name] = params.getlist(name)
        elif name in taken.instants:
            values[name] = _instant(name, params[name])
        else:
            values[name] = params[name]
    try:
        return msgspec.convert(values, taken.query, strict=False)
    except msgspec.ValidationError as error:
        raise bad_value("query", error) from error


def _instant(name: str, text: str) -> datetime:
    """A date as clients write it; a `+` that became a space in the address is one again."""
    try:
        value = datetime.fromisoformat(text.replace(" ", "+") if text.count(":") > 2 else text)
    except ValueError as error:
        raise BadValue(("query", name), "Expected a date and time (ISO 8601)", text) from error
    return value if value.tzinfo else value.replace(tzinfo=UTC)
