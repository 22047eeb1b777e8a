/** What the `/ui` routes answer. */

export type Counts = Record<string, number>;

export interface Home {
  now: string;
  instance_name: string | null;
  health: {
    scheduler: { status: string; heartbeat: string | null };
    triggerer: { status: string | null; heartbeat: string | null } | null;
    database: { status: string };
    broker?: { status: string } | null;
    executor: string;
    slots: number | null;
    running: number;
    queued: number;
    workers?: { hostname: string }[];
  };
  import_errors: number;
  dags: { total: number; active: number; paused: number };
  failed: FailedDag[];
  late: { dag_id: string; dag_display_name: string; run_after: string; reason: string | null }[];
  running: RunningRun[];
  next: {
    dag_id: string;
    dag_display_name: string;
    run_after: string;
    usual_seconds: number | null;
  }[];
}

export interface FailedDag {
  dag_id: string;
  dag_display_name: string;
  run_id: string;
  run_after: string;
  end_date: string | null;
  failed_runs: number;
  task_id: string | null;
  map_index: number;
  try_number: number;
  max_tries: number;
  reason: string | null;
}

export interface RunningRun {
  dag_id: string;
  dag_display_name: string;
  run_id: string;
  state: string;
  start_date: string | null;
  usual_seconds: number | null;
  done: number;
  total: number;
  failed: number;
}

export interface RunBar {
  run_id: string;
  state: string;
  run_type: string;
  run_after: string;
  start_date: string | null;
  end_date: string | null;
  duration: number | null;
}

export interface DagRow {
  dag_id: string;
  display_name: string;
  description: string | null;
  owners: string[];
  tags: string[];
  is_paused: boolean;
  has_import_errors: boolean;
  schedule: string | null;
  schedule_text: string | null;
  next_run_after: string | null;
  running_tasks: number;
  queued_tasks: number;
  runs: RunBar[];
}

export interface DagList {
  dags: DagRow[];
  next_cursor: number | null;
  total: number;
  tags: string[];
  owners: string[];
}

/** A row of the grid; what the server leaves out is as it usually is. */
export interface GridTask {
  id: string;
  label: string;
  parent?: string;
  kind?: "group";
  mapped?: boolean;
  depth?: number;
}

export interface GridRun extends RunBar {
  logical_date: string | null;
  data_interval_start: string | null;
  data_interval_end: string | null;
  queued_at: string | null;
  version_number: number | null;
  reason: string | null;
  has_note: boolean;
}

/** One letter a cell, see api/ui/cells.py. */
export interface GridCells {
  states: string[];
  /** by run id, aligned with the rows of `tasks` that are tasks */
  rows: Record<string, string>;
  /** of mapped tasks, by run id and place */
  counts: Record<string, Record<string, Counts>>;
}

export interface Grid {
  tasks: GridTask[];
  runs: GridRun[];
  cells: GridCells;
  older: string | null;
}

export interface Cell {
  state: string | null;
  try_number?: number;
  start_date?: string | null;
  end_date?: string | null;
  counts?: Counts | null;
}

export interface GraphNode {
  id: string;
  label: string;
  parent: string | null;
  kind: "task" | "group";
  operator: string | null;
  mapped: boolean;
  trigger_rule: string | null;
  tooltip?: string | null;
}

export interface Structure {
  version_number: number | null;
  nodes: GraphNode[];
  edges: { source: string; target: string; label: string | null }[];
}

export interface RunStates {
  run: GridRun;
  cells: Record<string, Cell>;
}

export interface GanttBar {
  task_id: string;
  map_index: number;
  try_number: number;
  state: string | null;
  scheduled_at: string | null;
  queued_at: string | null;
  start_date: string | null;
  end_date: string | null;
  cpu_seconds: number | null;
  max_rss_bytes: number | null;
  exit_code: number | null;
  hostname: string | null;
  operator: string | null;
}

export interface Gantt {
  run: GridRun;
  bars: GanttBar[];
}

export interface CalendarDays {
  start: string;
  end: string;
  days: { date: string; counts: Counts; planned: number }[];
}

export interface Durations {
  runs: {
    run_id: string;
    state: string;
    run_after: string;
    duration: number | null;
    queued_seconds: number | null;
    landing_seconds: number | null;
  }[];
  /** all tasks of these runs, the slowest first */
  names: string[];
  /** those that were asked for, or the slowest */
  tasks: Record<
    string,
    {
      run_id: string;
      duration: number | null;
      try_number: number;
      landing_seconds?: number | null;
    }[]
  >;
}

export interface HistoryEntry {
  at: string;
  event: string;
  state: string | null;
  try_number: number | null;
  who: string | null;
  reason: string | null;
}

export interface Attempts {
  attempts: Attempt[];
  max_tries: number;
  due_at: string | null;
  reason: string | null;
}

export interface Attempt {
  try_number: number;
  state: string | null;
  queued_at: string | null;
  start_date: string | null;
  end_date: string | null;
  hostname: string | null;
  pid: number | null;
  exit_code: number | null;
  reason: string | null;
  cpu_seconds: number | null;
  max_rss_bytes: number | null;
}
