/** All DAGs: found by a few letters, filtered by chips, thousands without lag. */
import { Button, Group, MultiSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { setPaused } from "@/api/actions";
import { dagListQuery } from "@/api/queries";
import type { DagRow } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { type Shortcut, useShortcuts } from "@/app/keys";
import { usePrefs } from "@/app/prefs";
import { useSearchList, useSearchState } from "@/app/search";
import { Empty, Loading, PageHead, ProblemView } from "@/components/Blocks";
import { PauseSwitch, RunButton } from "@/components/DagControls";
import { type Column, DataTable } from "@/components/DataTable";
import { DagLink } from "@/components/Link";
import { TagButton } from "@/components/Plain";
import { RunBars } from "@/components/RunBars";
import { StateChip } from "@/components/StateChip";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";
import { FavoriteButton } from "./Favorite";

const S = strings({
  title: ["DAGs", "DAG 列表"],
  sentence: ["{n} {n|DAG|DAGs}", "{n} 个 DAG"],
  search: ["Search by name", "按名称搜索"],
  all: ["All", "全部"],
  active: ["Active", "启用"],
  paused: ["Paused", "已暂停"],
  favorites: ["Favourites", "收藏"],
  running: ["Running", "运行中"],
  failed: ["Failed", "失败"],
  tags: ["Tags", "标签"],
  owners: ["Owners", "负责人"],
  which: ["Which DAGs", "筛选 DAG"],
  dag: ["DAG", "DAG"],
  owner: ["Owner", "负责人"],
  schedule: ["Schedule", "调度"],
  none: ["none", "无"],
  runs: ["Last runs", "最近运行"],
  next: ["Next run", "下次运行"],
  tasks: ["Tasks", "任务"],
  broken: ["import error", "导入错误"],
  nothing: ["No DAG fits", "没有符合条件的 DAG"],
  nothingText: ["Take a filter away, or search for fewer letters.", "请去掉筛选条件或缩短搜索词。"],
  empty: ["There are no DAGs yet", "尚无 DAG"],
  emptyText: [
    "Python files in the DAG folder appear here within seconds, with their runs and their next due date.",
    "DAG 文件夹中的 Python 文件会在几秒钟内显示在这里。",
  ],
  selected: ["{n} selected", "已选 {n} 个"],
  pause: ["Pause", "暂停"],
  unpause: ["Unpause", "恢复"],
  pausedN: ["{n} {n|DAG is|DAGs are} paused", "{n} 个 DAG 已暂停"],
  unpausedN: ["{n} {n|DAG is|DAGs are} unpaused", "{n} 个 DAG 已恢复"],
  clear: ["Clear the selection", "取消选择"],
  switch: ["On", "启用"],
});

/** One choice -> what the server is asked for. */
const WHICH: Record<string, { paused?: string; state?: string }> = {
  all: {},
  active: { paused: "false" },
  paused: { paused: "true" },
  running: { state: "running" },
  failed: { state: "failed" },
  favorites: {},
};

export function Dags() {
  const t = useStrings(S);
  const [search, setSearch] = useSearchState("q");
  const [which, setWhich] = useSearchState("show", "all");
  const [order, setOrder] = useSearchState("order", "dag_id");
  const [tags, setTags] = useSearchList("tag");
  const [owners, setOwners] = useSearchList("owner");
  const [selected, select] = useState<Set<string>>(new Set());
  const [asked] = useDebouncedValue(search, 120);
  const field = useRef<HTMLInputElement>(null);
  const { favorites } = usePrefs();
  const liked = which === "favorites" ? { dag_id: favorites.length ? favorites : [""] } : {};
  const filter = { search: asked, tags, owners, order_by: order, ...WHICH[which], ...liked };
  const list = useInfiniteQuery(dagListQuery(filter));
  const rows = useMemo(() => list.data?.pages.flatMap((page) => page.dags) ?? [], [list.data]);
  const first = list.data?.pages[0];
  const { fetchNextPage, hasNextPage, isFetchingNextPage } = list;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const keys = useMemo<Shortcut[]>(
    () => [{ keys: "/", what: ["Search DAGs", "搜索 DAG"], act: () => field.current?.focus() }],
    [],
  );
  useShortcuts(keys);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another list has another selection
  useEffect(() => select(new Set()), [asked, which]);

  const columns = useMemo<Column<DagRow>[]>(
    () => [
      {
        key: "switch",
        head: <span className="visually-hidden">{t("switch")}</span>,
        width: 44,
        cell: (row) => <PauseSwitch dagId={row.dag_id} paused={row.is_paused} />,
      },
      {
        key: "dag",
        head: t("dag"),
        order: "dag_id",
        cell: (row) => <Name row={row} onTag={(tag) => setTags([...new Set([...tags, tag])])} />,
      },
      {
        key: "runs",
        head: t("runs"),
        width: 122,
        cell: (row) => <RunBars dagId={row.dag_id} runs={row.runs} />,
      },
      {
        key: "tasks",
        head: t("tasks"),
        wide: "very",
        width: 150,
        cell: (row) => (
          <span style={{ display: "inline-flex", gap: 4 }}>
            {row.running_tasks > 0 && <StateChip state="running" count={row.running_tasks} />}
            {row.queued_tasks > 0 && <StateChip state="queued" count={row.queued_tasks} />}
          </span>
        ),
      },
      {
        key: "schedule",
        head: t("schedule"),
        wide: true,
        cell: (row) =>
          row.schedule ? (
            <span title={row.schedule}>{row.schedule_text || row.schedule}</span>
          ) : (
            <span className="faint">{t("none")}</span>
          ),
      },
      {
        key: "next",
        head: t("next"),
        order: "next_dagrun",
        wide: true,
        cell: (row) => (
          <span className={`nowrap ${row.is_paused ? "faint" : ""}`}>
            {row.is_paused ? (
              row.next_run_after ? (
                t("paused").toLowerCase()
              ) : (
                ""
              )
            ) : (
              <Time at={row.next_run_after} />
            )}
          </span>
        ),
      },
      {
        key: "owner",
        head: t("owner"),
        wide: "very",
        cell: (row) => <span className="soft">{row.owners.join(", ")}</span>,
      },
      {
        key: "act",
        head: "",
        width: 70,
        cell: (row) => (
          <span className="row-acts">
            <span className="favorite-in-list">
              <FavoriteButton dagId={row.dag_id} />
            </span>
            <RunButton dagId={row.dag_id} small />
          </span>
        ),
      },
    ],
    [t, tags, setTags],
  );

  return (
    <div className="page">
      <PageHead
        title={t("title")}
        sentence={first ? t("sentence", { n: first.total }) : undefined}
      />
      <Group gap="xs" mb="sm">
        <TextInput
          ref={field}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder={t("search")}
          aria-label={t("search")}
          leftSection={<Search size={14} aria-hidden />}
          style={{ flex: "1 1 200px", maxWidth: 340 }}
        />
        <SegmentedControl
          aria-label={t("which")}
          value={which}
          onChange={setWhich}
          data={Object.keys(WHICH).map((value) => ({ value, label: t(value as "all") }))}
        />
        <MultiSelect
          aria-label={t("tags")}
          placeholder={tags.length ? undefined : t("tags")}
          data={first?.tags ?? tags}
          value={tags}
          onChange={setTags}
          searchable
          clearable
          miw={120}
        />
        <MultiSelect
          aria-label={t("owners")}
          placeholder={owners.length ? undefined : t("owners")}
          data={first?.owners ?? owners}
          value={owners}
          onChange={setOwners}
          searchable
          clearable
          miw={120}
        />
      </Group>
      {selected.size > 0 && <Bulk selected={selected} clear={() => select(new Set())} />}
      {list.error && !list.data ? (
        <ProblemView error={list.error} retry={() => list.refetch()} />
      ) : !list.data ? (
        <Loading lines={12} />
      ) : (
        <DataTable
          label={t("title")}
          rows={rows}
          columns={columns}
          id={(row) => row.dag_id}
          order={order}
          onOrder={setOrder}
          selected={selected}
          onSelect={select}
          more={more}
          rowHeight={37}
          empty={
            asked || which !== "all" || tags.length || owners.length ? (
              <Empty title={t("nothing")}>{t("nothingText")}</Empty>
            ) : (
              <Empty title={t("empty")} command="airflow dags list">
                {t("emptyText")}
              </Empty>
            )
          }
        />
      )}
    </div>
  );
}

function Name({ row, onTag }: { row: DagRow; onTag: (tag: string) => void }) {
  const t = useStrings(S);
  return (
    <span className="dag-name">
      <DagLink dagId={row.dag_id}>{row.display_name}</DagLink>
      {row.has_import_errors && <StateChip state="failed" />}
      {row.has_import_errors && <span className="visually-hidden">{t("broken")}</span>}
      {row.tags.map((tag) => (
        <TagButton key={tag} onClick={() => onTag(tag)}>
          {tag}
        </TagButton>
      ))}
    </span>
  );
}

function Bulk({ selected, clear }: { selected: ReadonlySet<string>; clear: () => void }) {
  const t = useStrings(S);
  const ids = [...selected];
  const pause = useAction({
    act: async (paused: boolean) =>
      (await Promise.all(ids.map((each) => setPaused(each, paused)))).length,
    done: (n, paused) => t(paused ? "pausedN" : "unpausedN", { n }),
    touches: () => [["dags"], ["home"], ["dag"]],
    after: clear,
  });
  return (
    <Group gap="xs" mb="xs" role="toolbar" aria-label={t("selected", { n: selected.size })}>
      <span className="soft">{t("selected", { n: selected.size })}</span>
      <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate(true)}>
        {t("pause")}
      </Button>
      <Button variant="default" loading={pause.isPending} onClick={() => pause.mutate(false)}>
        {t("unpause")}
      </Button>
      <Button variant="subtle" color="gray" onClick={clear}>
        {t("clear")}
      </Button>
    </Group>
  );
}
