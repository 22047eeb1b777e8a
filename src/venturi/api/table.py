"""Every route, one row each: what is not here is not served.

The rows stand with their handlers; the first one that fits a path answers.
"""

import msgspec

from venturi.api.auth.table import AUTH
from venturi.api.pages import front, static
from venturi.api.permissions import Permission, Scope
from venturi.api.rest import monitor
from venturi.api.rest.table import PREFIX, REST
from venturi.api.route import Route
from venturi.api.ui.table import PREFIX as UI_PREFIX
from venturi.api.ui.table import UI

P = Permission
_NONE, _DAGS = Scope.NONE, Scope.DAGS

PAGES: tuple[Route, ...] = (
    Route("GET", "/", static.ui_page, P.DAG_READ, _DAGS, is_page=True),
    Route("GET", "/assets/{name}", static.ui_asset, P.PUBLIC, _NONE),
    Route("GET", "/docs", front.operations_page, P.PUBLIC, _NONE),
    Route("GET", "/style.css", front.style, P.PUBLIC, _NONE),
    Route("GET", "/openapi.json", front.openapi_document, P.PUBLIC, _NONE),
    Route("GET", "/health", monitor.get_health, P.PUBLIC, _NONE),
)

#: Every other address is one of the user interface, which knows its own pages.
OTHERS: tuple[Route, ...] = (
    Route("GET", "/{path:page}", static.ui_path, P.DAG_READ, _DAGS, is_page=True),
)


def _below(prefix: str, routes: tuple[Route, ...]) -> list[Route]:
    return [msgspec.structs.replace(route, path=prefix + route.path) for route in routes]


ROUTES: tuple[Route, ...] = (
    *_below(PREFIX, REST),
    *_below(UI_PREFIX, UI),
    *AUTH,
    *PAGES,
    *OTHERS,
)
