"""What went wrong, as the status and JSON body that clients of Airflow know."""

import logging
import re
from typing import Any

import msgspec
from starlette.responses import Response

from venturi.config.errors import ConfigError
from venturi.core.errors import Conflict, InvalidInput, NotFound, VenturiError
from venturi.store.engine import DatabaseError, DatabaseUnavailable
from venturi.store.faults import is_transient
from venturi.store.queries.schema import NotReady

log = logging.getLogger("venturi.api")

#: First match wins.
STATUSES: tuple[tuple[type[VenturiError], int], ...] = (
    (NotFound, 404),
    (Conflict, 409),
    (InvalidInput, 400),
    (DatabaseUnavailable, 503),
    (NotReady, 503),
    (ConfigError, 500),
)

_PLACE = re.compile(r"^(?P<message>.*) - at `(?P<path>.*)`$", re.DOTALL)
_PART = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]")


class Refused(VenturiError):
    """An answer with a status of its own."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        #: further headers of the answer
        self.headers: dict[str, str] = {}


class BadValue(VenturiError):
    """A part of the request that does not have the form it must have; status 422."""

    def __init__(self, place: tuple[str | int, ...], message: str, value: Any = None) -> None:
        super().__init__(message)
        self.place = place
        self.value = value

    @property
    def detail(self) -> list[dict[str, Any]]:
        """The list of problems, as FastAPI's clients parse it."""
        return [
            {
                "type": "value_error",
                "loc": list(self.place),
                "msg": str(self),
                "input": self.value,
            }
        ]


def bad_value(where: str, error: msgspec.ValidationError) -> BadValue:
    """What msgspec says about `where` ("body", "query"), with the place taken out of its text."""
    text = str(error)
    match = _PLACE.match(text)
    if match is None:
        return BadValue((where, *_missing_field(text)), text)
    parts = [name or int(index) for name, index in _PART.findall(match["path"])]
    return BadValue((where, *parts, *_missing_field(text)), match["message"])


def _missing_field(text: str) -> tuple[str, ...]:
    found = re.match(r"Object (?:missing required|contains unknown) field `([^`]+)`", text)
    return (found[1],) if found else ()


def status_of(error: VenturiError) -> int:
    """The status that tells of an error."""
    if isinstance(error, BadValue):
        return 422
    if isinstance(error, Refused):
        return error.status
    return next((code for kind, code in STATUSES if isinstance(error, kind)), 400)


def error_response(error: Exception) -> Response:
    """The answer to a request whose handler raised."""
    match error:
        case BadValue():
            return json_response({"detail": error.detail}, 422)
        case Refused():
            answer = json_response({"detail": str(error)}, error.status)
            answer.headers.update(error.headers)
            return answer
        case VenturiError():
            return json_response({"detail": str(error)}, status_of(error))
        case OverflowError():
            return error_response(BadValue((), "A number or a date is beyond what can be kept"))
        case DatabaseError() if is_transient(error):
            log.warning("the database does not answer: %s", error.orig)
            detail = "The database does not answer at present. Try again in a moment."
            return json_response({"detail": detail}, 503)
        case _:
            log.error("answering a request failed", exc_info=error)
            detail = "Something went wrong in the web server; its log says more."
            return json_response({"detail": detail}, 500)


def json_response(answer: Any, status: int = 200) -> Response:
    """An answer as JSON."""
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
