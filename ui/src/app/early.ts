/**
 * What a page will ask first, asked while its code is still on the way: when an address is opened,
 * and when the pointer rests on a link to it. Nothing waits for it; the page finds the answers there.
 */
import type { QueryClient } from "@tanstack/react-query";
import {
  dagListQuery,
  dagQuery,
  dagRowQuery,
  gridFilter,
  gridQuery,
  homeQuery,
  lastRunsQuery,
  NO_FILTER,
  structureQuery,
} from "@/api/queries";

type Search = Record<string, unknown>;

const DAG = /^\/dags\/([^/]+)(?:\/([a-z]+))?\/?$/;

export function askEarly(client: QueryClient, path: string, search: Search): void {
  if (path === "/") void client.prefetchQuery(homeQuery);
  if (path === "/dags" && !Object.keys(search).length)
    void client.prefetchInfiniteQuery(dagListQuery(NO_FILTER));
  const [, id, tab = "grid"] = DAG.exec(path) ?? [];
  if (id === undefined) return;
  const dagId = decodeURIComponent(id);
  void client.prefetchQuery(dagQuery(dagId));
  void client.prefetchQuery(dagRowQuery(dagId));
  if (tab === "grid") void client.prefetchQuery(gridQuery(dagId, gridFilter(search)));
  if (tab === "graph") void client.prefetchQuery(structureQuery(dagId));
  if (tab === "graph" || tab === "gantt") void client.prefetchQuery(lastRunsQuery(dagId));
}
