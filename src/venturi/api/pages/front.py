"""The page at /, the list of operations, their style and the OpenAPI document."""

from urllib.parse import quote

from starlette.responses import Response

from venturi.api.call import Call
from venturi.api.errors import json_response
from venturi.api.pages.html import STYLE, Markup, page, table, tag
from venturi.api.rest.monitor import get_health
from venturi.api.rest.table import PREFIX, REST
from venturi.store.queries.counts import runs_by_dag
from venturi.store.queries.dags import DagFilter, DagRow, list_dags
from venturi.store.queries.paging import Paging

#: DAGs on the page; the REST API has them all.
SHOWN = 200


def front_page(call: Call) -> Response:
    """What this is, how it is, and which DAGs there are."""
    health = get_health(call)
    with call.read() as tx:
        dags = list_dags(tx, call.scope, DagFilter(), Paging(limit=SHOWN))
        counts = runs_by_dag(tx, call.scope)
    name = call.api.conf.get("api", "instance_name", fallback=None) or "Venturi"
    rows = [_row(call.visit.prefix, row, counts) for row in dags.rows]
    more = f"The first {SHOWN} of {dags.total} DAGs." if dags.total > SHOWN else ""
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
            tag("a", "REST API", href=f"{call.visit.prefix}/docs"),
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
        tag("h2", "DAGs"),
        table(("DAG", "Schedule", "Owner", "", "Next run", "Runs"), rows)
        if rows
        else tag("p", "There are none yet: put a file into the DAG folder."),
        tag("p", more),
        prefix=call.visit.prefix,
    )
    return Response(body, media_type="text/html")


def _status(status: str | None) -> Markup:
    return tag("span", status or "unknown", class_=status or "unknown")


def _row(prefix: str, row: DagRow, counts: dict[tuple[str, str], int]) -> tuple[object, ...]:
    runs = [
        f"{counts[row.dag_id, state]} {state}"
        for state in ("running", "queued", "success", "failed")
        if (row.dag_id, state) in counts
    ]
    return (
        tag("a", row.display_name, href=f"{prefix}/api/v2/dags/{quote(row.dag_id, safe='')}"),
        row.timetable_summary or "none",
        ", ".join(row.owners),
        "paused" if row.is_paused else "",
        row.next_run_after.isoformat(" ", "minutes") if row.next_run_after else "",
        ", ".join(runs),
    )


def operations_page(call: Call) -> Response:
    """Every operation of the REST API."""
    from venturi.api.openapi import summary

    rows = [
        (tag("code", route.method), tag("code", PREFIX + route.path), summary(route))
        for route in REST
    ]
    body = page(
        "REST API",
        tag("h1", "REST API"),
        tag(
            "p",
            "Airflow's public contract. For programs: ",
            tag("a", "openapi.json", href=f"{call.visit.prefix}/openapi.json"),
            ".",
        ),
        table(("", "Path", ""), rows),
        prefix=call.visit.prefix,
    )
    return Response(body, media_type="text/html")


def openapi_document(_call: Call) -> Response:
    """The description of the REST API for programs."""
    from venturi.api.openapi import document

    return json_response(document(PREFIX, REST))


def style(_call: Call) -> Response:
    """The style of these pages."""
    return Response(STYLE, media_type="text/css", headers={"cache-control": "max-age=3600"})
