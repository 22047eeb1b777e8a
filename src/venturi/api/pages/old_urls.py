"""Where addresses of Airflow's own interfaces (1.x, 2.x, 3.x) lead: bookmarks, mails, messages.

Most of Airflow 3's addresses are ours as well and do not appear here.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

import msgspec

#: A page of 1.x or 2.x about no DAG in particular -> ours.
PAGES: Mapping[str, str] = {
    "admin": "/",
    "home": "/",
    "dashboard": "/",
    "admin/airflow": "/dags",
    "connection/list": "/connections",
    "admin/connection": "/connections",
    "variable/list": "/variables",
    "admin/variable": "/variables",
    "pool/list": "/pools",
    "admin/pool": "/pools",
    "users/list": "/users",
    "admin/user": "/users",
    "roles/list": "/roles",
    "xcom/list": "/xcoms",
    "admin/xcom": "/xcoms",
    "job/list": "/jobs",
    "admin/basejob": "/jobs",
    "log/list": "/events",
    "admin/log": "/events",
    "slamiss/list": "/sla-misses",
    "admin/slamiss": "/sla-misses",
    "dagrun/list": "/dag_runs",
    "admin/dagrun": "/dag_runs",
    "taskinstance/list": "/task_instances",
    "admin/taskinstance": "/task_instances",
    "datasets": "/assets",
    "admin/chart": "/profiling",
    "admin/queryview": "/profiling",
    "admin/knownevent": "/profiling",
    "configuration": "/config",
    "admin/configurationview": "/config",
    "plugin": "/plugins",
}
#: The last part of a 1.x or 2.x address about a DAG -> our tab.
TABS: Mapping[str, str] = {
    "tree": "grid",
    "grid": "grid",
    "graph": "graph",
    "gantt": "gantt",
    "calendar": "calendar",
    "duration": "charts",
    "tries": "charts",
    "landing_times": "charts",
    "landing-times": "charts",
    "code": "code",
    "dag_details": "details",
    "details": "details",
    "audit_log": "events",
    "dag_stats": "grid",
}
#: The same about a task instance -> our tab.
TASK_TABS: Mapping[str, str] = {
    "log": "log",
    "task": "details",
    "rendered": "details",
    "rendered-templates": "details",
    "rendered-k8s": "details",
    "xcom": "xcom",
    "confirm": "log",
}


class OldQuery(msgspec.Struct, frozen=True, kw_only=True):
    """What such addresses say after the question mark."""

    dag_id: str | None = None
    task_id: str | None = None
    run_id: str | None = None
    dag_run_id: str | None = None
    map_index: int | None = None
    execution_date: str | None = None
    tab: str | None = None


def modern_address(path: str, query: OldQuery) -> str | None:
    """Where an old address leads now; None if it is none."""
    parts = path.strip("/").split("/")
    if parts[0] == "admin" and parts[1:2] == ["airflow"] and len(parts) > 2:
        parts = parts[2:]
    if page := PAGES.get("/".join(parts)):
        return page
    if parts[0] == "dags" and len(parts) == 3:
        # Airflow 2: /dags/ID/grid?dag_run_id=R&task_id=T&tab=logs
        tab, dag_id = parts[2], parts[1]
        if tab not in TABS or (TABS[tab] == tab and not (query.task_id or query.dag_run_id)):
            return None
    elif len(parts) == 1 and query.dag_id:
        tab, dag_id = parts[0], query.dag_id
    else:
        return None
    home = f"/dags/{_part(dag_id)}"
    run_id = query.dag_run_id or query.run_id
    if query.task_id and (tab in TASK_TABS or tab in TABS):
        shown = TASK_TABS.get(query.tab or tab, "log")
        if run_id is None and query.execution_date:
            known = {"at": query.execution_date, "task": query.task_id, "tab": shown}
            return f"{home}/find?{urlencode(known)}"
        if run_id is None:
            return f"{home}/grid"
        mapped = "" if query.map_index in {None, -1} else f"/mapped/{query.map_index}"
        return f"{home}/runs/{_part(run_id)}/tasks/{_part(query.task_id)}{mapped}?tab={shown}"
    if tab not in TABS:
        return None
    return f"{home}/{TABS[tab]}" + (f"?{urlencode({'run': run_id})}" if run_id else "")


def _part(text: str) -> str:
    return quote(text, safe="")
