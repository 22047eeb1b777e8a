"""What the pages ask for, one row each; no part of the public contract."""

from venturi.api.permissions import Permission, Scope
from venturi.api.route import Route
from venturi.api.ui import (
    access,
    backfills,
    charts,
    dags,
    events,
    find,
    grid,
    home,
    instance,
    log,
    misses,
    profiling,
    queues,
    replays,
    workers,
)

PREFIX = "/ui"

P = Permission
_NONE, _DAG, _DAGS = Scope.NONE, Scope.DAG, Scope.DAGS
_ONE = "/dags/{dag_id}"
_RUN = _ONE + "/runs/{run_id}"
_TI = _RUN + "/tasks/{task_id}/{map_index}"
_PROFILING = "/profiling"

UI: tuple[Route, ...] = (
    Route("GET", "/home", home.get_home, P.DAG_READ, _DAGS),
    Route("GET", "/search", find.get_search, P.DAG_READ, _DAGS),
    Route("GET", "/backfills", backfills.get_backfill_list, P.RUN_READ, _DAGS),
    Route("GET", "/events", events.get_events, P.DAG_READ, _DAGS),
    Route("GET", "/slaMisses", misses.get_sla_misses, P.INSTANCE_READ, _DAGS),
    Route("GET", "/deadlines", misses.get_deadlines, P.RUN_READ, _DAGS),
    Route("GET", "/grants", access.get_grants, P.USER_READ, _DAGS),
    Route("GET", "/queues", queues.get_queues, P.INSTANCE_READ, _DAGS),
    Route("GET", "/workers", workers.get_workers, P.JOB_READ, _NONE),
    Route("GET", "/dags", dags.get_dag_list, P.DAG_READ, _DAGS),
    Route("GET", _ONE + "/grid", grid.get_grid, P.RUN_READ, _DAG),
    Route("GET", _ONE + "/structure", grid.get_structure, P.TASK_READ, _DAG),
    Route("GET", _ONE + "/calendar", charts.get_calendar, P.RUN_READ, _DAG),
    Route("GET", _ONE + "/durations", charts.get_durations, P.RUN_READ, _DAG),
    Route("GET", _RUN + "/states", grid.get_run_states, P.INSTANCE_READ, _DAG),
    Route("GET", _RUN + "/gantt", charts.get_gantt, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + "/attempts", instance.get_attempts, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + "/history", instance.get_history, P.INSTANCE_READ, _DAG),
    Route("GET", _TI + "/log", log.get_lines, P.LOG_READ, _DAG),
    Route("GET", _TI + "/log/find", log.find_lines, P.LOG_READ, _DAG),
    Route("GET", _TI + "/log/file", log.get_file, P.LOG_READ, _DAG),
    Route("GET", _TI + "/log/follow", log.follow, P.LOG_READ, _DAG),
    Route("POST", _RUN + "/replay", replays.post_replay, P.RUN_CREATE, _DAG, 201),
    Route("GET", _PROFILING, profiling.get_profiling, P.PROFILING_RUN, _NONE),
    Route("POST", _PROFILING + "/query", profiling.run_query, P.PROFILING_RUN, _NONE),
    Route("POST", _PROFILING + "/charts", profiling.put_chart, P.PROFILING_RUN, _NONE, 201),
    Route(
        "DELETE",
        _PROFILING + "/charts/{chart_id}",
        profiling.delete_chart,
        P.PROFILING_RUN,
        _NONE,
        204,
    ),
    Route("POST", _PROFILING + "/events", profiling.add_event, P.PROFILING_RUN, _NONE, 201),
    Route(
        "DELETE",
        _PROFILING + "/events/{event_id}",
        profiling.delete_event,
        P.PROFILING_RUN,
        _NONE,
        204,
    ),
)
