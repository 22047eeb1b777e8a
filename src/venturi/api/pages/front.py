"""The plain page at /, the list of operations, their style and the OpenAPI document."""

from starlette.responses import Response

from venturi.api.call import Call
from venturi.api.errors import json_response
from venturi.api.pages.html import STYLE, Markup, page, table, tag
from venturi.api.rest.monitor import get_health


def front_page(call: Call) -> Response:
    """What this is and how it is, while there is no user interface to show."""
    health = get_health(call)
    name = call.api.conf.get("api", "instance_name", fallback=None) or "Venturi"
    body = page(
        name,
        tag("h1", name),
        tag(
            "p",
            "A workflow orchestrator that speaks Apache Airflow's language. Its user interface is "
            "not built on this server: install it again without VENTURI_SKIP_UI, or run ",
            tag("code", "make install"),
            " in a clone. Until then there are the ",
            tag("code", "airflow"),
            " commands and the ",
            tag("a", "REST API", href="/docs"),
            ".",
        ),
        table(
            ("Part", "Status", "Last heard of"),
            (
                ("Database", _status(health.metadatabase.status), ""),
                (
                    "Scheduler",
                    _status(health.scheduler.status),
                    health.scheduler.latest_scheduler_heartbeat or "never",
                ),
            ),
        ),
    )
    return Response(body, media_type="text/html")


def _status(status: str | None) -> Markup:
    return tag("span", status or "unknown", class_=status or "unknown")


def operations_page(_call: Call) -> Response:
    """Every operation of the REST API."""
    from venturi.api.openapi import summary
    from venturi.api.table import PREFIX, REST

    rows = [
        (tag("code", route.method), tag("code", PREFIX + route.path), summary(route))
        for route in REST
    ]
    body = page(
        "REST API",
        tag("h1", "REST API"),
        tag(
            "p",
            "Airflow's public contract, its first part. For programs: ",
            tag("a", "openapi.json", href="/openapi.json"),
            ".",
        ),
        table(("", "Path", ""), rows),
    )
    return Response(body, media_type="text/html")


def openapi_document(_call: Call) -> Response:
    """The description of the REST API for programs."""
    from venturi.api.openapi import document
    from venturi.api.table import PREFIX, REST

    return json_response(document(PREFIX, REST))


def style(_call: Call) -> Response:
    """The style of these pages."""
    return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})
