/** The tasks of a run: what failed first, then what runs. */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { runStatesQuery } from "@/api/queries";
import type { Cell } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams } from "@/app/search";
import { worst } from "@/app/states";
import { Await, Empty } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { InstanceLink } from "@/components/Link";
import { StateChip, StateCounts } from "@/components/StateChip";
import { Span, Time } from "@/components/Time";

const S = strings({
  label: ["Tasks of the run", "运行的任务"],
  state: ["State", "状态"],
  task: ["Task", "任务"],
  attempt: ["Try", "次"],
  started: ["Started", "开始"],
  took: ["Took", "耗时"],
  none: ["This run has no tasks", "此运行没有任务"],
});

interface Row extends Cell {
  taskId: string;
  rank: number;
}

const RANK = [
  "failed",
  "upstream_failed",
  "awaiting_input",
  "running",
  "restarting",
  "up_for_retry",
  "queued",
  "scheduled",
  "up_for_reschedule",
  "deferred",
  "none",
  "success",
  "skipped",
  "removed",
];

export function RunTasks({
  dagId,
  runId,
  compact,
}: {
  dagId: string;
  runId: string;
  compact?: boolean;
}) {
  const t = useStrings(S);
  const [, change] = useSearchParams();
  const [order, setOrder] = useState("rank");
  const states = useQuery(runStatesQuery(dagId, runId));
  const rows = useMemo<Row[]>(() => {
    const made = Object.entries(states.data?.cells ?? {}).map(([taskId, cell]) => ({
      ...cell,
      taskId,
      rank: RANK.indexOf(cell.counts ? worst(cell.counts) : (cell.state ?? "none")),
    }));
    const name = order.replace("-", "");
    const sign = order.startsWith("-") ? -1 : 1;
    const value = (row: Row) =>
      name === "task"
        ? row.taskId
        : name === "start"
          ? (row.start_date ?? "~")
          : name === "took"
            ? length(row)
            : row.rank;
    return made.sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      return (
        sign * (x < y ? -1 : x > y ? 1 : (a.start_date ?? "~").localeCompare(b.start_date ?? "~"))
      );
    });
  }, [states.data, order]);
  const columns: Column<Row>[] = [
    {
      key: "state",
      head: t("state"),
      order: "rank",
      width: 150,
      cell: (row) =>
        row.counts ? <StateCounts counts={row.counts} /> : <StateChip state={row.state} />,
    },
    {
      key: "task",
      head: t("task"),
      order: "task",
      cell: (row) =>
        compact ? (
          <button
            type="button"
            className="link"
            onClick={() => change({ task: row.taskId, tab: undefined }, true)}
          >
            {row.taskId}
          </button>
        ) : (
          <InstanceLink dagId={dagId} runId={runId} taskId={row.taskId} />
        ),
    },
    {
      key: "try",
      head: t("attempt"),
      numeric: true,
      wide: true,
      cell: (row) => row.try_number || "",
    },
    {
      key: "started",
      head: t("started"),
      order: "start",
      wide: true,
      cell: (row) =>
        compact ? <Time at={row.start_date} form="relative" /> : <Time at={row.start_date} />,
    },
    {
      key: "took",
      head: t("took"),
      order: "took",
      numeric: true,
      cell: (row) => <Span start={row.start_date ?? null} end={row.end_date ?? null} />,
    },
  ];
  return (
    <Await of={states}>
      {() => (
        <DataTable
          label={t("label")}
          rows={rows}
          columns={columns}
          id={(row) => row.taskId}
          order={order}
          onOrder={setOrder}
          height={compact ? 420 : undefined}
          empty={<Empty title={t("none")} />}
        />
      )}
    </Await>
  );
}

function length(row: Cell): number {
  if (!row.start_date) return -1;
  return (
    (row.end_date ? new Date(row.end_date).getTime() : Date.now()) -
    new Date(row.start_date).getTime()
  );
}
