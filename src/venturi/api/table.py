"""Every route, one row each: what is not here is not served.

The first row that fits a path answers, so literal paths stand before those with a variable part.
"""

import msgspec

from venturi.api.permissions import Permission, Scope
from venturi.api.rest import dags, monitor, runs
from venturi.api.route import Route

PREFIX = "/api/v2"

P = Permission
_NONE, _DAG, _DAGS = Scope.NONE, Scope.DAG, Scope.DAGS
_RUNS = "/dags/{dag_id}/dagRuns"
_RUN = _RUNS + "/{dag_run_id}"

REST: tuple[Route, ...] = (
    Route("GET", "/monitor/health", monitor.get_health, P.PUBLIC, _NONE),
    Route("GET", "/version", monitor.get_version, P.PUBLIC, _NONE),
    Route("GET", "/dags", dags.get_dags, P.DAG_READ, _DAGS),
    Route("PATCH", "/dags", dags.patch_dags, P.DAG_EDIT, _DAGS),
    Route("GET", "/dagTags", dags.get_dag_tags, P.DAG_READ, _DAGS),
    Route("GET", "/dags/{dag_id}", dags.get_dag, P.DAG_READ, _DAG),
    Route("PATCH", "/dags/{dag_id}", dags.patch_dag, P.DAG_EDIT, _DAG),
    Route("DELETE", "/dags/{dag_id}", dags.delete_dag, P.DAG_DELETE, _DAG, 204),
    Route("GET", "/dags/{dag_id}/details", dags.get_dag_details, P.DAG_READ, _DAG),
    Route("GET", _RUNS, runs.get_dag_runs, P.RUN_READ, _DAG),
    Route("POST", _RUNS, runs.trigger_dag_run, P.RUN_CREATE, _DAG),
    Route("POST", _RUNS + "/list", runs.get_list_dag_runs_batch, P.RUN_READ, _DAG),
    Route("GET", _RUN, runs.get_dag_run, P.RUN_READ, _DAG),
    Route("PATCH", _RUN, runs.patch_dag_run, P.RUN_EDIT, _DAG),
    Route("DELETE", _RUN, runs.delete_dag_run, P.RUN_DELETE, _DAG, 204),
)


def _prefixed(route: Route) -> Route:
    return msgspec.structs.replace(route, path=PREFIX + route.path)


ROUTES: tuple[Route, ...] = tuple(map(_prefixed, REST))
