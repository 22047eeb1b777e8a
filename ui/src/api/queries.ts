/** Every question the main pages ask, with the key under which its answer is kept. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, ask, query, ui, url } from "./client";
import type {
  Attempts,
  CalendarDays,
  DagList,
  Durations,
  Gantt,
  Grid,
  HistoryEntry,
  Home,
  RunStates,
  Structure,
} from "./shapes";

export const homeQuery = queryOptions({ queryKey: ["home"], queryFn: () => ui<Home>("/ui/home") });

export interface DagFilter {
  search?: string;
  tags?: string[];
  owners?: string[];
  paused?: string;
  dag_id?: string[];
  state?: string;
  order_by?: string;
}

export function dagListPage(filter: DagFilter, cursor: number, limit = 50) {
  return ui<DagList>(`/ui/dags${query({ ...filter, cursor, limit })}`);
}

export const NO_FILTER: DagFilter = { search: "", tags: [], owners: [], order_by: "dag_id" };

export const dagListQuery = (filter: DagFilter) =>
  infiniteQueryOptions({
    queryKey: ["dags", filter],
    queryFn: ({ pageParam }) => dagListPage(filter, pageParam),
    initialPageParam: 0,
    getNextPageParam: (page) => page.next_cursor,
    placeholderData: keepPreviousData,
  });

export const dagQuery = (dagId: string) =>
  queryOptions({
    queryKey: ["dag", dagId, "details"],
    queryFn: () =>
      ask(api.GET("/api/v2/dags/{dag_id}/details", { params: { path: { dag_id: dagId } } })),
  });

/** One DAG as the list has it: with its last runs. */
export const dagRowQuery = (dagId: string) =>
  queryOptions({
    queryKey: ["dag", dagId, "row"],
    queryFn: async () => (await dagListPage({ dag_id: [dagId] }, 0, 1)).dags[0] ?? null,
  });

export interface GridFilter {
  limit?: number;
  before?: string;
  run_type?: string;
  state?: string;
}

/** Which columns an address asks for. */
export function gridFilter(search: Record<string, unknown>): GridFilter {
  const text = (name: string) => (search[name] ? String(search[name]) : undefined);
  return {
    limit: Number(search.runs) || 25,
    run_type: text("type"),
    state: text("state"),
    before: text("before"),
  };
}

export const gridQuery = (dagId: string, filter: GridFilter) =>
  queryOptions({
    queryKey: ["dag", dagId, "grid", filter],
    queryFn: () => ui<Grid>(url`/ui/dags/${dagId}/grid` + query({ ...filter })),
    placeholderData: keepPreviousData,
  });

/** The last runs alone, without their tasks. */
export const lastRunsQuery = (dagId: string) =>
  queryOptions({
    queryKey: ["dag", dagId, "last"],
    queryFn: () => ui<Grid>(url`/ui/dags/${dagId}/grid` + query({ limit: 25, cells: "false" })),
  });

export const structureQuery = (dagId: string, version?: number | null) =>
  queryOptions({
    queryKey: ["dag", dagId, "structure", version ?? null],
    queryFn: () => ui<Structure>(url`/ui/dags/${dagId}/structure` + query({ version })),
    staleTime: version ? Number.POSITIVE_INFINITY : 30_000,
  });

export const runStatesQuery = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: ["run", dagId, runId, "states"],
    queryFn: () => ui<RunStates>(url`/ui/dags/${dagId}/runs/${runId}/states`),
  });

export const ganttQuery = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: ["run", dagId, runId, "gantt"],
    queryFn: () => ui<Gantt>(url`/ui/dags/${dagId}/runs/${runId}/gantt`),
  });

export const calendarQuery = (dagId: string, from: string, to: string) =>
  queryOptions({
    queryKey: ["dag", dagId, "calendar", from, to],
    queryFn: () =>
      ui<CalendarDays>(url`/ui/dags/${dagId}/calendar` + query({ start: from, end: to })),
    placeholderData: keepPreviousData,
  });

export const durationsQuery = (dagId: string, limit: number, tasks: string[]) =>
  queryOptions({
    queryKey: ["dag", dagId, "durations", limit, tasks],
    queryFn: () =>
      ui<Durations>(url`/ui/dags/${dagId}/durations` + query({ limit, task_id: tasks })),
    placeholderData: keepPreviousData,
  });

export const runQuery = (dagId: string, runId: string) =>
  queryOptions({
    queryKey: ["run", dagId, runId],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
          params: { path: { dag_id: dagId, dag_run_id: runId } },
        }),
      ),
  });

export interface InstanceId {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
}

export const instanceKey = (id: InstanceId) =>
  ["run", id.dagId, id.runId, "instance", id.taskId, id.mapIndex] as const;

export const instanceQuery = (id: InstanceId) =>
  queryOptions({
    queryKey: instanceKey(id),
    queryFn: () => {
      const path = { dag_id: id.dagId, dag_run_id: id.runId, task_id: id.taskId };
      if (id.mapIndex < 0) {
        return ask(
          api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
            params: { path },
          }),
        );
      }
      return ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/{map_index}", {
          params: { path: { ...path, map_index: id.mapIndex } },
        }),
      );
    },
  });

export const mappedQuery = (id: Omit<InstanceId, "mapIndex">) =>
  queryOptions({
    queryKey: ["run", id.dagId, id.runId, "mapped", id.taskId],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/listMapped", {
          params: {
            path: { dag_id: id.dagId, dag_run_id: id.runId, task_id: id.taskId },
            query: { limit: 100 },
          },
        }),
      ),
  });

function instanceUi({ dagId, runId, taskId, mapIndex }: InstanceId): string {
  return url`/ui/dags/${dagId}/runs/${runId}/tasks/${taskId}/${mapIndex}`;
}

export const attemptsQuery = (id: InstanceId) =>
  queryOptions({
    queryKey: [...instanceKey(id), "attempts"],
    queryFn: () => ui<Attempts>(`${instanceUi(id)}/attempts`),
  });

export const historyQuery = (id: InstanceId) =>
  queryOptions({
    queryKey: [...instanceKey(id), "history"],
    queryFn: () => ui<{ entries: HistoryEntry[] }>(`${instanceUi(id)}/history`),
  });

export const whyQuery = (dagId: string, runId?: string, taskId?: string, mapIndex?: number) =>
  queryOptions({
    queryKey: runId
      ? ["run", dagId, runId, "why", taskId ?? null, mapIndex ?? -1]
      : ["dag", dagId, "why"],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/why", {
          params: {
            path: { dag_id: dagId },
            query: {
              dag_run_id: runId,
              task_id: taskId,
              map_index: mapIndex !== undefined && mapIndex >= 0 ? mapIndex : undefined,
            },
          },
        }),
      ),
  });

export const xcomQuery = (id: InstanceId) =>
  queryOptions({
    queryKey: [...instanceKey(id), "xcom"],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries", {
          params: {
            path: { dag_id: id.dagId, dag_run_id: id.runId, task_id: id.taskId },
            query: { map_index: id.mapIndex, limit: 100 },
          },
        }),
      ),
  });
