/** Durations, landing times, tries: of runs and of each task. */
import { Group, MultiSelect, SegmentedControl } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { durationsQuery } from "@/api/queries";
import type { Durations } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { usePrefs, zoneName } from "@/app/prefs";
import { useSearchList, useSearchState } from "@/app/search";
import { duration } from "@/app/time";
import { Await, Empty, Panel } from "@/components/Blocks";
import { type Line, Plot } from "@/components/Plot";

const S = strings({
  runs: ["Runs", "运行数"],
  tasks: ["Tasks", "任务"],
  allTasks: ["the slowest tasks", "最慢的任务"],
  durations: ["Duration of runs", "运行耗时"],
  queued: ["waited", "等待"],
  success: ["success", "成功"],
  failed: ["failed", "失败"],
  other: ["other", "其他"],
  landing: ["Landing time: from due to done", "落地时间：从应运行到完成"],
  byTask: ["Duration of tasks", "任务耗时"],
  tries: ["Tries of tasks", "任务尝试次数"],
  none: ["No run has ended yet", "尚无已结束的运行"],
  noneText: [
    "Charts of durations, landing times and tries appear with the first run.",
    "第一次运行结束后将显示图表。",
  ],
});

const COLOURS = [
  "#3578e5",
  "#c2410c",
  "#0f766e",
  "#9333ea",
  "#b45309",
  "#be185d",
  "#4d7c0f",
  "#0369a1",
  "#7c3aed",
  "#a16207",
];

export function ChartsTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [limit, setLimit] = useSearchState("runs", "50");
  const [chosen, choose] = useSearchList("t");
  const data = useQuery(durationsQuery(dagId, Number(limit), chosen));
  return (
    <>
      <Group gap="xs" mb="sm">
        <SegmentedControl
          aria-label={t("runs")}
          value={limit}
          onChange={setLimit}
          data={["25", "50", "100", "365"]}
        />
        <MultiSelect
          aria-label={t("tasks")}
          placeholder={chosen.length ? undefined : t("allTasks")}
          data={data.data?.names ?? chosen}
          value={chosen}
          onChange={choose}
          searchable
          clearable
          maw={560}
          miw={220}
          limit={100}
        />
      </Group>
      <Await of={data}>
        {(found) =>
          found.runs.length ? (
            <Charts data={found} chosen={chosen} dagId={dagId} />
          ) : (
            <Empty title={t("none")}>{t("noneText")}</Empty>
          )
        }
      </Await>
    </>
  );
}

const count = (value: number) => (Number.isInteger(value) ? String(value) : "");

function Charts({ data, chosen, dagId }: { data: Durations; chosen: string[]; dagId: string }) {
  const t = useStrings(S);
  const { zone } = usePrefs();
  const navigate = useNavigate();
  const { times, runLines, landing, taskLines, tries } = useMemo(() => {
    const at = new Map(data.runs.map((run, index) => [run.run_id, index]));
    const inState = (test: (state: string) => boolean) =>
      data.runs.map((run) => (test(run.state) ? run.duration : null));
    const names = chosen.length ? chosen : data.names.filter((name) => name in data.tasks);
    const line = (
      name: string,
      index: number,
      pick: (each: { duration: number | null; try_number: number }) => number | null,
    ): Line => {
      const values: (number | null)[] = data.runs.map(() => null);
      for (const each of data.tasks[name] ?? []) values[at.get(each.run_id) ?? 0] = pick(each);
      return { label: name, colour: COLOURS[index % COLOURS.length] as string, values };
    };
    return {
      times: data.runs.map((run) => new Date(run.run_after).getTime() / 1000),
      runLines: [
        {
          label: t("success"),
          colour: "var(--s-success)",
          values: inState((state) => state === "success"),
          bars: true,
        },
        {
          label: t("failed"),
          colour: "var(--s-failed)",
          values: inState((state) => state === "failed"),
          bars: true,
        },
      ] as Line[],
      landing: [
        {
          label: t("landing"),
          colour: "#3578e5",
          values: data.runs.map((run) => run.landing_seconds),
        },
      ] as Line[],
      taskLines: names.map((name, index) => line(name, index, (each) => each.duration)),
      tries: names.map((name, index) => line(name, index, (each) => each.try_number)),
    };
  }, [data, chosen, t]);
  const open = (index: number) => {
    const run = data.runs[index];
    if (run) navigate({ to: "/dags/$dagId/runs/$runId", params: { dagId, runId: run.run_id } });
  };
  const shared = { times, zone: zoneName(zone), onClick: open };
  return (
    <div className="charts">
      <Panel title={t("durations")}>
        <Plot label={t("durations")} lines={runLines} format={duration} {...shared} />
      </Panel>
      <Panel title={t("landing")}>
        <Plot label={t("landing")} lines={landing} format={duration} {...shared} />
      </Panel>
      <Panel title={t("byTask")}>
        <Plot label={t("byTask")} lines={taskLines} format={duration} {...shared} />
      </Panel>
      <Panel title={t("tries")}>
        <Plot label={t("tries")} lines={tries} format={count} {...shared} />
      </Panel>
    </div>
  );
}
