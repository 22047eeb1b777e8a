/** Rows of the grid from the server's answer: folded groups, aggregated cells; pure. */
import type { Counts, Grid, GridCells, GridTask } from "@/api/shapes";
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
      at: task.kind === "group" ? -1 : at++,
      folded: folded.has(task.id),
      below: [],
    };
    byId.set(task.id, row);
    if (row.at >= 0) {
      for (let up = row.parent; up; up = byId.get(up)?.parent) byId.get(up)?.below.push(row.at);
    }
    rows.push(row);
  }
  return rows.filter((row) => {
    for (let up = row.parent; up; up = byId.get(up)?.parent) if (folded.has(up)) return false;
    return true;
  });
}

export interface Shown {
  state: string;
  counts: Counts | null;
}

const FIRST = "a".charCodeAt(0);
const COUNTED = "#".charCodeAt(0);

/** What a cell shows; null: the task is not in the run. */
export function cellOf(row: Row, cells: GridCells, runId: string): Shown | null {
  const letters = cells.rows[runId] ?? "";
  const counted = cells.counts[runId];
  if (row.at >= 0) {
    const letter = letters.charCodeAt(row.at);
    if (letter === COUNTED) {
      const counts = counted?.[row.at] ?? {};
      return { state: worst(counts), counts };
    }
    const state = cells.states[letter - FIRST];
    return state === undefined ? null : { state, counts: null };
  }
  const tally = new Array<number>(cells.states.length).fill(0);
  const counts: Counts = {};
  for (const place of row.below) {
    const letter = letters.charCodeAt(place);
    if (letter === COUNTED)
      for (const [state, n] of Object.entries(counted?.[place] ?? {}))
        counts[state] = (counts[state] ?? 0) + n;
    else if (letter >= FIRST) tally[letter - FIRST] = (tally[letter - FIRST] ?? 0) + 1;
  }
  for (const [index, n] of tally.entries()) {
    const state = cells.states[index];
    if (n && state) counts[state] = (counts[state] ?? 0) + n;
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
