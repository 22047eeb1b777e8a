"""The application: every route of the table, behind the guard."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from starlette.applications import Starlette
from starlette.convertors import register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route as Mount

from venturi.api.auth.credentials import Doorkeeper
from venturi.api.auth.way import sign_in
from venturi.api.call import Api
from venturi.api.endpoint import endpoint
from venturi.api.errors import json_response
from venturi.api.etag import Tagged
from venturi.api.facts import Facts
from venturi.api.guard import Guard, known_names
from venturi.api.pages.static import UI_DIST, PageConvertor
from venturi.api.place import Place, configured_prefix
from venturi.api.route import Route, check_routes
from venturi.api.table import ROUTES
from venturi.api.ui.hub import Hub
from venturi.config import Config
from venturi.core.clock import Clock
from venturi.store.engine import Store

#: Requests that are answered at the same time in one process; the store's connections bound it.
THREADS = 8


def create_app(
    store: Store,
    conf: Config,
    clock: Clock,
    run_dir: Path,
    routes: Sequence[Route] = ROUTES,
    *,
    ui: Path = UI_DIST,
    behind_proxy: bool = False,
) -> Starlette:
    """The application over a store; `run_dir` is where the scheduler's bell hangs, `ui` the pages.

    `behind_proxy`: what a proxy says of how people see us is believed.

    Raises `UndeclaredRoute` when a route does not say who may use it.
    """
    check_routes(routes)
    register_url_convertor("page", PageConvertor())
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="airflow-web")
    doors = Doorkeeper(store, conf, sign_in(conf))
    api = Api(
        store=store,
        conf=conf,
        clock=clock,
        run_dir=run_dir,
        facts=Facts(),
        doors=doors,
        pool=pool,
        hub=Hub(store, pool),
        ui=ui,
        page_limit=conf.getint("api", "fallback_page_limit", fallback=50),
        page_limit_max=conf.getint("api", "maximum_page_limit", fallback=100),
    )
    return Starlette(
        routes=[
            Mount(route.path, endpoint(api, route), methods=[route.method], name=route.name)
            for route in routes
        ],
        middleware=[
            Middleware(Place, prefix=configured_prefix(conf), behind_proxy=behind_proxy),
            Middleware(Guard, names=known_names(conf, doors.way), clock=clock),
            Middleware(Tagged),
        ],
        exception_handlers={HTTPException: _refused},
    )


async def _refused(_request: Request, error: Exception) -> Response:
    """No such path, or no such method on it."""
    assert isinstance(error, HTTPException)
    answer = json_response({"detail": error.detail}, error.status_code)
    answer.headers.update(error.headers or {})
    return answer
