/** Backfills of the DAG, with how far they are. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { query, ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Await, Empty } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { StateChip, StateCounts } from "@/components/StateChip";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  label: ["Backfills", "回填"],
  make: ["Backfill", "回填"],
  none: ["There has been no backfill", "尚无回填"],
  noneText: [
    "A backfill makes the runs of a span of dates, also of dates before the DAG was there.",
    "回填会创建一段日期范围内的运行，包括 DAG 存在之前的日期。",
  ],
  from: ["From", "起"],
  to: ["To", "止"],
  state: ["State", "状态"],
  progress: ["Runs", "运行"],
  made: ["Made", "创建时间"],
  pause: ["Pause", "暂停"],
  unpause: ["Go on", "继续"],
  cancel: ["Cancel", "取消"],
  done: ["Backfill {id}: {what}", "回填 {id}：{what}"],
});

interface Backfill {
  id: number;
  dag_id: string;
  from_date: string;
  to_date: string;
  state: string;
  is_paused: boolean;
  created_at: string;
  completed_at: string | null;
  runs: Record<string, number>;
}

const BackfillDialog = lazy(async () => ({
  default: (await import("@/forms/BackfillDialog")).BackfillDialog,
}));

export function BackfillsTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [opened, open] = useState(false);
  const list = useQuery({
    queryKey: ["dag", dagId, "backfills"],
    queryFn: () => ui<{ backfills: Backfill[] }>(`/ui/backfills${query({ dag_id: dagId })}`),
  });
  const act = useAction({
    act: ({ row, what }: { row: Backfill; what: "pause" | "unpause" | "cancel" }) =>
      ui(`/api/v2/backfills/${row.id}/${what}`, { method: "PUT" }),
    done: (_, { row, what }) => t("done", { id: row.id, what: t(what) }),
    touches: () => [["dag", dagId]],
  });
  const columns: Column<Backfill>[] = [
    { key: "id", head: "", cell: (row) => row.id, numeric: true },
    { key: "state", head: t("state"), cell: (row) => <StateChip state={row.state} /> },
    { key: "from", head: t("from"), cell: (row) => <Time at={row.from_date} form="absolute" /> },
    { key: "to", head: t("to"), cell: (row) => <Time at={row.to_date} form="absolute" /> },
    { key: "runs", head: t("progress"), cell: (row) => <Progress runs={row.runs} /> },
    { key: "made", head: t("made"), wide: true, cell: (row) => <Time at={row.created_at} /> },
    {
      key: "act",
      head: "",
      cell: (row) =>
        !row.completed_at && (
          <span style={{ display: "inline-flex", gap: 6 }}>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => act.mutate({ row, what: row.is_paused ? "unpause" : "pause" })}
            >
              {t(row.is_paused ? "unpause" : "pause")}
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => act.mutate({ row, what: "cancel" })}
            >
              {t("cancel")}
            </Button>
          </span>
        ),
    },
  ];
  return (
    <>
      <Button mb="sm" onClick={() => open(true)}>
        {t("make")}
      </Button>
      <Await of={list}>
        {(data) => (
          <DataTable
            label={t("label")}
            rows={data.backfills}
            columns={columns}
            id={(row) => String(row.id)}
            empty={
              <Empty
                title={t("none")}
                command={`airflow backfill create --dag-id ${dagId} --from-date 2026-01-01 --to-date 2026-01-07`}
              >
                {t("noneText")}
              </Empty>
            }
          />
        )}
      </Await>
      {opened && (
        <Suspense>
          <BackfillDialog dagId={dagId} opened onClose={() => open(false)} />
        </Suspense>
      )}
    </>
  );
}

function Progress({ runs }: { runs: Record<string, number> }) {
  const total = Object.values(runs).reduce((sum, each) => sum + each, 0);
  const ended = (runs.success ?? 0) + (runs.failed ?? 0);
  return (
    <span style={{ display: "inline-flex", alignItems: "center", gap: 8 }}>
      <span
        className="progress"
        style={{ width: 90, margin: 0 }}
        role="img"
        aria-label={`${ended} / ${total}`}
      >
        <span style={{ width: `${total ? (ended / total) * 100 : 0}%` }} />
      </span>
      <StateCounts counts={runs} />
    </span>
  );
}
