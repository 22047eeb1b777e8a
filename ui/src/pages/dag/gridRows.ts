/** Rows of the grid from the server's answer: folded groups, aggregated cells; pure. */
import type { Counts, Grid, GridCell, GridTask } from "@/api/shapes";
import { worst } from "@/app/states";

export interface Row extends GridTask {
  /** place in the cells, -1 for a group */
  at: number;
  folded: boolean;
  /** places of the tasks below a group */
  below: number[];
}

export function rowsOf(grid: Grid, folded: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const byId = new Map<string, Row>();
  let at = 0;
  for (const task of grid.tasks) {
    const row: Row = {
      ...task,
      at: task.kind === "task" ? at++ : -1,
      folded: folded.has(task.id),
      below: [],
    };
    byId.set(task.id, row);
    if (row.at >= 0) {
      for (let up = row.parent; up; up = byId.get(up)?.parent ?? null)
        byId.get(up)?.below.push(row.at);
    }
    rows.push(row);
  }
  return rows.filter((row) => {
    for (let up = row.parent; up; up = byId.get(up)?.parent ?? null)
      if (folded.has(up)) return false;
    return true;
  });
}

export interface Shown {
  state: string;
  counts: Counts | null;
}

/** What a cell shows; null: the task is not in the run. */
export function cellOf(row: Row, cells: GridCell[]): Shown | null {
  if (row.at >= 0) {
    const cell = cells[row.at] ?? null;
    if (cell === null) return null;
    return typeof cell === "string"
      ? { state: cell, counts: null }
      : { state: worst(cell), counts: cell };
  }
  const counts: Counts = {};
  for (const place of row.below) {
    const cell = cells[place] ?? null;
    if (typeof cell === "string") counts[cell] = (counts[cell] ?? 0) + 1;
    else if (cell)
      for (const [state, n] of Object.entries(cell)) counts[state] = (counts[state] ?? 0) + n;
  }
  return Object.keys(counts).length ? { state: worst(counts), counts } : null;
}

/** A letter for each state, so that a cell reads without colour. */
export const GLYPHS: Record<string, string> = {
  failed: "×",
  upstream_failed: "!",
  skipped: "»",
  running: "▸",
  restarting: "▸",
  queued: "•",
  scheduled: "·",
  up_for_retry: "↻",
  up_for_reschedule: "◷",
  deferred: "◷",
  awaiting_input: "?",
  removed: "–",
};
