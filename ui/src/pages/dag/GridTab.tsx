/** Tasks by runs: the picture that everybody knows, and beside it what is selected. */
import { Button, Group, SegmentedControl, Select, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ChevronsDownUp, ChevronsUpDown, Search } from "lucide-react";
import { useMemo } from "react";
import { gridFilter, gridQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams, useSearchState } from "@/app/search";
import { Await, Empty } from "@/components/Blocks";
import { GridView } from "./GridView";
import { rowsOf } from "./gridRows";
import { Selected } from "./Selected";

const S = strings({
  runs: ["Runs", "运行数"],
  type: ["Run type", "运行类型"],
  allTypes: ["every type", "所有类型"],
  state: ["State", "状态"],
  allStates: ["every state", "所有状态"],
  task: ["Find a task", "查找任务"],
  fold: ["Fold all groups", "折叠所有分组"],
  unfold: ["Unfold all groups", "展开所有分组"],
  older: ["Older runs", "更早的运行"],
  newest: ["Newest runs", "最新的运行"],
  none: ["This DAG has not run yet", "此 DAG 尚未运行"],
  noneText: [
    "Its runs appear here as columns, its tasks as rows. Press Run above, or unpause it.",
    "运行将显示为列，任务显示为行。点击上方的“运行”，或恢复调度。",
  ],
});

export function GridTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [search, change] = useSearchParams();
  const [limit, setLimit] = useSearchState("runs", "25");
  const [type, setType] = useSearchState("type");
  const [state, setState] = useSearchState("state");
  const [find, setFind] = useSearchState("find");
  const [before, setBefore] = useSearchState("before");
  const [fold, setFold] = useSearchState("fold");
  const grid = useQuery(gridQuery(dagId, gridFilter({ runs: limit, type, state, before })));
  const groups = useMemo(
    () => (grid.data?.tasks ?? []).filter((each) => each.kind === "group").map((each) => each.id),
    [grid.data],
  );
  const folded = useMemo(
    () => new Set(fold === "all" ? groups : fold ? fold.split(",") : []),
    [fold, groups],
  );
  const rows = useMemo(() => {
    if (!grid.data) return [];
    const wanted = find.toLowerCase();
    const all = rowsOf(grid.data, wanted ? new Set() : folded);
    return wanted ? all.filter((row) => row.at >= 0 && row.id.toLowerCase().includes(wanted)) : all;
  }, [grid.data, folded, find]);
  const run = search.run as string | undefined;
  const task = search.task as string | undefined;

  function toggle(id: string): void {
    const next = new Set(folded);
    if (!next.delete(id)) next.add(id);
    setFold([...next].join(",") || undefined);
  }

  return (
    <>
      <Group gap="xs" mb="sm">
        <SegmentedControl
          aria-label={t("runs")}
          value={limit}
          onChange={setLimit}
          data={["10", "25", "50", "100", "365"]}
        />
        <Select
          aria-label={t("type")}
          placeholder={t("allTypes")}
          value={type || null}
          onChange={(value) => setType(value ?? undefined)}
          data={["scheduled", "manual", "backfill", "asset_triggered"]}
          clearable
          w={150}
        />
        <Select
          aria-label={t("state")}
          placeholder={t("allStates")}
          value={state || null}
          onChange={(value) => setState(value ?? undefined)}
          data={["queued", "running", "success", "failed"]}
          clearable
          w={130}
        />
        <TextInput
          aria-label={t("task")}
          placeholder={t("task")}
          leftSection={<Search size={13} aria-hidden />}
          value={find}
          onChange={(event) => setFind(event.currentTarget.value)}
          w={170}
        />
        {groups.length > 0 && (
          <Button
            variant="default"
            leftSection={folded.size ? <ChevronsUpDown size={14} /> : <ChevronsDownUp size={14} />}
            onClick={() => setFold(folded.size ? undefined : "all")}
          >
            {t(folded.size ? "unfold" : "fold")}
          </Button>
        )}
        {grid.data?.older && (
          <Button variant="subtle" onClick={() => setBefore(grid.data?.older ?? undefined)}>
            ← {t("older")}
          </Button>
        )}
        {before && (
          <Button variant="subtle" onClick={() => setBefore(undefined)}>
            {t("newest")} →
          </Button>
        )}
      </Group>
      <Await of={grid} lines={14}>
        {(data) =>
          data.runs.length || before || type || state ? (
            <div className={`split ${run || task ? "open" : ""}`}>
              <GridView
                dagId={dagId}
                grid={data}
                rows={rows}
                run={run}
                task={task}
                onToggle={toggle}
                onSelect={(next) => change({ ...next, map: undefined, tab: undefined }, true)}
              />
              {(run || task) && <Selected dagId={dagId} run={run} task={task} />}
            </div>
          ) : (
            <Empty title={t("none")} command={`airflow dags trigger ${dagId}`}>
              {t("noneText")}
            </Empty>
          )
        }
      </Await>
    </>
  );
}
