/** What each try of a run used, as rows; and the same as a page that needs no server. */
import type { Gantt, GanttBar } from "@/api/shapes";

export interface Used {
  key: string;
  taskId: string;
  mapIndex: number;
  tryNumber: number;
  state: string | null;
  start: string | null;
  end: string | null;
  /** seconds in the queue, and running */
  waited: number | null;
  took: number | null;
  cpuSeconds: number | null;
  /** of one processor, while it ran */
  cpuShare: number | null;
  memory: number | null;
  exitCode: number | null;
  hostname: string | null;
  operator: string | null;
}

const seconds = (from: string | null, to: string | null): number | null =>
  from && to ? Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000) : null;

export function usedOf(gantt: Gantt): Used[] {
  return gantt.bars.filter((bar) => bar.start_date || bar.queued_at).map(used);
}

function used(bar: GanttBar): Used {
  const took = seconds(bar.start_date, bar.end_date);
  const name = bar.map_index >= 0 ? `${bar.task_id} [${bar.map_index}]` : bar.task_id;
  return {
    key: `${name} ${bar.try_number}`,
    taskId: bar.task_id,
    mapIndex: bar.map_index,
    tryNumber: bar.try_number,
    state: bar.state,
    start: bar.start_date,
    end: bar.end_date,
    waited: seconds(bar.queued_at, bar.start_date),
    took,
    cpuSeconds: bar.cpu_seconds,
    cpuShare: took && bar.cpu_seconds !== null ? bar.cpu_seconds / took : null,
    memory: bar.max_rss_bytes,
    exitCode: bar.exit_code,
    hostname: bar.hostname,
    operator: bar.operator,
  };
}

/** The table for other programs: seconds, bytes, instants in UTC. */
export const COLUMNS: [name: string, value: (row: Used) => string | number | null][] = [
  ["task_id", (row) => row.taskId],
  ["map_index", (row) => row.mapIndex],
  ["try_number", (row) => row.tryNumber],
  ["state", (row) => row.state],
  ["start_date", (row) => row.start],
  ["end_date", (row) => row.end],
  ["waited_seconds", (row) => row.waited],
  ["duration_seconds", (row) => row.took],
  ["cpu_seconds", (row) => row.cpuSeconds],
  ["max_rss_bytes", (row) => row.memory],
  ["exit_code", (row) => row.exitCode],
  ["hostname", (row) => row.hostname],
  ["operator", (row) => row.operator],
];

function escaped(text: unknown): string {
  return String(text ?? "").replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

interface Report {
  language: string;
  title: string;
  sentence: string;
  heads: string[];
  /** each cell as text, with a share of the column's largest where it has one */
  rows: { text: string; share?: number }[][];
}

const STYLE = `
body { font: 14px system-ui, sans-serif; margin: 24px; color: #1f2328; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 10px; border-bottom: 1px solid #d1d9e0; }
th { color: #59636e; font-weight: 500; }
i { display: block; height: 4px; margin-top: 2px; background: #3578e5; min-width: 1px; }
`;

export function reportHtml(report: Report): string {
  const cell = ({ text, share }: { text: string; share?: number }) =>
    `<td>${escaped(text)}${
      share === undefined ? "" : `<i style="width:${(share * 100).toFixed(1)}%"></i>`
    }</td>`;
  return `<!doctype html>
<html lang="${escaped(report.language)}">
<meta charset="utf-8">
<title>${escaped(report.title)}</title>
<style>${STYLE}</style>
<h1>${escaped(report.title)}</h1>
<p>${escaped(report.sentence)}</p>
<table>
<thead><tr>${report.heads.map((each) => `<th>${escaped(each)}</th>`).join("")}</tr></thead>
<tbody>
${report.rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("\n")}
</tbody>
</table>
</html>
`;
}
