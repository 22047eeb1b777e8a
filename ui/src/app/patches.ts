/**
 * Long lists hear of a change by the rows that changed. To ask a list of a hundred pages anew for
 * each of them would be a hundred questions, several times a second while many DAGs run.
 */
import type { InfiniteData, Query, QueryClient } from "@tanstack/react-query";
import { api, ask } from "@/api/client";
import { dagListPage } from "@/api/queries";
import type { DagList } from "@/api/shapes";

export interface What {
  dags: Set<string>;
  /** run ids by DAG */
  runs: Map<string, Set<string>>;
}

/** As many pages are asked anew as a whole: that is one question, or two. */
const FEW = 2;
/** Rows that one answer has at most (ROWS_MAX in api/ui/dags.py), and runs asked for one by one. */
const ROWS = 200;
const SINGLE = 20;

type Pages<P> = InfiniteData<P, unknown>;

function pagesOf<P>(query: Query): P[] {
  return (query.state.data as Pages<P> | undefined)?.pages ?? [];
}

/** Whether a query is brought up to date here; the others are asked again. */
export function isPatched(query: Query): boolean {
  return patchOf(query) !== null && pagesOf(query).length > FEW;
}

type Patch = (client: QueryClient, query: Query, what: What) => Promise<void>;

function patchOf(query: Query): Patch | null {
  const [kind, , part] = query.queryKey;
  if (kind === "dags") return patchDags;
  return kind === "dag" && part === "runs" ? patchRuns : null;
}

export async function patch(client: QueryClient, what: What): Promise<void> {
  const queries = client.getQueryCache().findAll({ type: "active", predicate: isPatched });
  await Promise.all(queries.map((query) => patchOf(query)?.(client, query, what)));
}

async function patchDags(client: QueryClient, query: Query, what: What): Promise<void> {
  // The list itself changed: a DAG came or went, or was paused.
  if (what.dags.has("")) return client.invalidateQueries({ queryKey: query.queryKey, exact: true });
  const shown = pagesOf<DagList>(query).flatMap((page) => page.dags.map((row) => row.dag_id));
  const wanted = shown.filter((id) => what.dags.has(id));
  for (let at = 0; at < wanted.length; at += ROWS) {
    const found = await dagListPage({ dag_id: wanted.slice(at, at + ROWS) }, 0, ROWS);
    const rows = new Map(found.dags.map((row) => [row.dag_id, row]));
    change<DagList>(client, query, (page) => ({
      ...page,
      dags: replaced(page.dags, (row) => rows.get(row.dag_id)),
    }));
  }
}

type RunPage = Awaited<ReturnType<typeof runPage>>;
const runPage = (dagId: string) =>
  ask(api.GET("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId } } }));
const oneRun = (dagId: string, runId: string) =>
  ask(
    api.GET("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
      params: { path: { dag_id: dagId, dag_run_id: runId } },
    }),
  );

async function patchRuns(client: QueryClient, query: Query, what: What): Promise<void> {
  const dagId = String(query.queryKey[1]);
  if (!what.dags.has(dagId)) return;
  const changed = what.runs.get(dagId) ?? new Set();
  const shown = new Set(
    pagesOf<RunPage>(query).flatMap((page) => page.dag_runs.map((row) => row.dag_run_id)),
  );
  // A run that is not in the list belongs somewhere in it: then the order is the server's business.
  if (!changed.size || changed.size > SINGLE || [...changed].some((id) => !shown.has(id)))
    return client.invalidateQueries({ queryKey: query.queryKey, exact: true });
  const found = await Promise.all([...changed].map((id) => oneRun(dagId, id)));
  const rows = new Map(found.map((row) => [row.dag_run_id, row]));
  change<RunPage>(client, query, (page) => ({
    ...page,
    dag_runs: replaced(page.dag_runs, (row) => rows.get(row.dag_run_id)),
  }));
}

function change<P>(client: QueryClient, query: Query, to: (page: P) => P): void {
  client.setQueryData<Pages<P>>(query.queryKey, (data) =>
    data ? { ...data, pages: data.pages.map(to) } : data,
  );
}

/** The same array where nothing in it changed, so that nothing is drawn anew. */
function replaced<T>(rows: T[], by: (row: T) => T | undefined): T[] {
  return rows.some(by) ? rows.map((row) => by(row) ?? row) : rows;
}
