/** Where one object lives: the same address from every list. */
import { Link } from "@tanstack/react-router";
import type { MouseEvent, ReactNode } from "react";

export function dagPath(dagId: string, tab?: string): string {
  return `/dags/${encodeURIComponent(dagId)}${tab ? `/${tab}` : ""}`;
}

export function runPath(dagId: string, runId: string): string {
  return `${dagPath(dagId)}/runs/${encodeURIComponent(runId)}`;
}

export function instancePath(dagId: string, runId: string, taskId: string, mapIndex = -1): string {
  const mapped = mapIndex >= 0 ? `/mapped/${mapIndex}` : "";
  return `${runPath(dagId, runId)}/tasks/${encodeURIComponent(taskId)}${mapped}`;
}

/** Whether a click on a link means this page, and not a new tab or a download. */
export function isPlainClick(event: MouseEvent): boolean {
  const held = event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
  return event.button === 0 && !held && !event.defaultPrevented;
}

interface Named {
  children?: ReactNode;
  className?: string;
}

export function DagLink({ dagId, children, className }: Named & { dagId: string }) {
  return (
    <Link to="/dags/$dagId" params={{ dagId }} className={className}>
      {children ?? dagId}
    </Link>
  );
}

export function RunLink({
  dagId,
  runId,
  children,
  className,
}: Named & { dagId: string; runId: string }) {
  return (
    <Link to="/dags/$dagId/runs/$runId" params={{ dagId, runId }} className={className}>
      {children ?? runId}
    </Link>
  );
}

interface Instance extends Named {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex?: number;
  tab?: string;
}

export function InstanceLink({
  dagId,
  runId,
  taskId,
  mapIndex = -1,
  tab,
  children,
  className,
}: Instance) {
  const search = { tab } as never;
  const name = children ?? (mapIndex >= 0 ? `${taskId} [${mapIndex}]` : taskId);
  if (mapIndex >= 0) {
    return (
      <Link
        to="/dags/$dagId/runs/$runId/tasks/$taskId/mapped/$mapIndex"
        params={{ dagId, runId, taskId, mapIndex: String(mapIndex) }}
        search={search}
        className={className}
      >
        {name}
      </Link>
    );
  }
  return (
    <Link
      to="/dags/$dagId/runs/$runId/tasks/$taskId"
      params={{ dagId, runId, taskId }}
      search={search}
      className={className}
    >
      {name}
    </Link>
  );
}
