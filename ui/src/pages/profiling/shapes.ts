/** What the profiling routes answer, and the result as CSV. */
import type { KnownEvent } from "@/api/shapes";

export type Cell = string | number | boolean | null;

export interface Answer {
  columns: string[];
  rows: Cell[][];
  more: boolean;
  affected: number | null;
  error: string | null;
}

export interface Chart {
  id: number;
  label: string;
  conn_id: string;
  sql: string;
  chart_type: string;
}

export interface Start {
  connections: { conn_id: string; conn_type: string }[];
  charts: Chart[];
  events: KnownEvent[];
}

/** A spreadsheet takes a text that begins like this for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

function quoted(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "string") return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csv(answer: Pick<Answer, "columns" | "rows">): string {
  return [answer.columns, ...answer.rows].map((row) => row.map(quoted).join(",")).join("\r\n");
}
