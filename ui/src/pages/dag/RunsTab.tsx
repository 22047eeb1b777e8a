/** All runs of the DAG, with what can be done to many at once. */
import { Button, Group, Select, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { clearTasks, deleteRun, markRun, type Run } from "@/api/actions";
import { api, ask } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Await, Empty } from "@/components/Blocks";
import { Confirm } from "@/components/Confirm";
import { type Column, DataTable } from "@/components/DataTable";
import { RunLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { Span, Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  label: ["Runs", "运行"],
  run: ["Run", "运行"],
  state: ["State", "状态"],
  type: ["Type", "类型"],
  due: ["Due", "应运行时间"],
  started: ["Started", "开始"],
  took: ["Took", "耗时"],
  by: ["By", "触发者"],
  day: ["Day", "日期"],
  allStates: ["every state", "所有状态"],
  allTypes: ["every type", "所有类型"],
  none: ["No run fits", "没有符合条件的运行"],
  selected: ["{n} selected", "已选 {n} 个"],
  clear: ["Clear", "清除"],
  success: ["Mark as success", "标记为成功"],
  failed: ["Mark as failed", "标记为失败"],
  delete: ["Delete", "删除"],
  sure: ["{n} {n|run|runs} will be touched:", "将影响 {n} 个运行："],
  done: ["Done for {n} {n|run|runs}", "已处理 {n} 个运行"],
});

const PAGE = 100;
type Deed = "clear" | "success" | "failed" | "delete";

export function RunsTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [state, setState] = useSearchState("state");
  const [type, setType] = useSearchState("type");
  const [day, setDay] = useSearchState("day");
  const [order, setOrder] = useSearchState("order", "-run_after");
  const [selected, select] = useState<Set<string>>(new Set());
  const [deed, plan] = useState<Deed | null>(null);
  const list = useInfiniteQuery({
    queryKey: ["dag", dagId, "runs", state, type, day, order],
    queryFn: ({ pageParam }) =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: {
            path: { dag_id: dagId },
            query: {
              limit: PAGE,
              offset: pageParam,
              order_by: [order],
              state: state ? [state] : undefined,
              run_type: type ? [type] : undefined,
              run_after_gte: day ? `${day}T00:00:00Z` : undefined,
              run_after_lte: day ? `${day}T23:59:59.999Z` : undefined,
            } as never,
          },
        }),
      ),
    initialPageParam: 0,
    getNextPageParam: (page, pages) => {
      const seen = pages.reduce((total, each) => total + each.dag_runs.length, 0);
      return page.dag_runs.length && seen < page.total_entries ? seen : undefined;
    },
  });
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.dag_runs) ?? [], [list.data]);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const chosen = rows.filter((row) => selected.has(row.dag_run_id));
  const act = useAction({
    act: async (what: Deed) => {
      // One after the other: each is a transaction of its own, and a refusal says which.
      for (const run of chosen) await carryOut(what, dagId, run.dag_run_id);
      return chosen.length;
    },
    done: (n) => t("done", { n }),
    touches: () => [["dag", dagId], ["home"], ["dags"]],
    after: () => {
      plan(null);
      select(new Set());
    },
  });
  const columns: Column<Run>[] = [
    {
      key: "state",
      head: t("state"),
      order: "state",
      width: 120,
      cell: (row) => <StateChip state={row.state} />,
    },
    {
      key: "run",
      head: t("run"),
      order: "run_id",
      cell: (row) => <RunLink dagId={dagId} runId={row.dag_run_id} />,
    },
    { key: "due", head: t("due"), order: "run_after", cell: (row) => <Time at={row.run_after} /> },
    {
      key: "took",
      head: t("took"),
      numeric: true,
      cell: (row) => <Span start={row.start_date} end={row.end_date} />,
    },
    { key: "type", head: t("type"), order: "run_type", wide: true, cell: (row) => row.run_type },
    {
      key: "started",
      head: t("started"),
      order: "start_date",
      wide: true,
      cell: (row) => <Time at={row.start_date} />,
    },
    {
      key: "by",
      head: t("by"),
      wide: true,
      cell: (row) => <span className="soft">{row.triggering_user_name ?? row.triggered_by}</span>,
    },
  ];
  return (
    <>
      <Group gap="xs" mb="sm">
        <Select
          aria-label={t("state")}
          placeholder={t("allStates")}
          data={["queued", "running", "success", "failed"]}
          value={state || null}
          onChange={(value) => setState(value ?? undefined)}
          clearable
          w={130}
        />
        <Select
          aria-label={t("type")}
          placeholder={t("allTypes")}
          data={["scheduled", "manual", "backfill", "asset_triggered"]}
          value={type || null}
          onChange={(value) => setType(value ?? undefined)}
          clearable
          w={150}
        />
        <TextInput
          type="date"
          aria-label={t("day")}
          value={day}
          onChange={(event) => setDay(event.currentTarget.value || undefined)}
          w={140}
        />
        {selected.size > 0 && (
          <Group gap={6} role="toolbar" aria-label={t("selected", { n: selected.size })}>
            <span className="soft">{t("selected", { n: selected.size })}</span>
            {(["clear", "success", "failed", "delete"] as Deed[]).map((each) => (
              <Button
                key={each}
                variant="default"
                color={each === "delete" ? "red" : undefined}
                onClick={() => plan(each)}
              >
                {t(each)}
              </Button>
            ))}
          </Group>
        )}
      </Group>
      <Await of={list}>
        {() => (
          <DataTable
            label={t("label")}
            rows={rows}
            columns={columns}
            id={(row) => row.dag_run_id}
            order={order}
            onOrder={setOrder}
            selected={selected}
            onSelect={select}
            more={more}
            empty={<Empty title={t("none")} command={`airflow dags list-runs ${dagId}`} />}
          />
        )}
      </Await>
      <Confirm<Run>
        opened={deed !== null}
        onClose={() => plan(null)}
        title={deed ? t(deed) : ""}
        previewKey={["runs", dagId, deed, [...selected]]}
        preview={async () => chosen}
        heading={(found) => t("sure", { n: found.length })}
        row={(row) => (
          <>
            <StateChip state={row.state} /> <span className="grow clip">{row.dag_run_id}</span>{" "}
            <Time at={row.run_after} />
          </>
        )}
        button={() => (deed ? t(deed) : "")}
        danger={deed === "delete" || deed === "failed"}
        pending={act.isPending}
        onConfirm={() => deed && act.mutate(deed)}
      />
    </>
  );
}

function carryOut(deed: Deed, dagId: string, runId: string): Promise<unknown> {
  if (deed === "delete") return deleteRun(dagId, runId);
  if (deed === "clear") return clearTasks(dagId, runId, undefined, {}, false);
  return markRun(dagId, runId, deed);
}
