/** What each try of a run waited, took and used: a table to sort and to take along. */
import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useMemo } from "react";
import { ganttQuery } from "@/api/queries";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { useSearchState } from "@/app/search";
import { lookOf } from "@/app/states";
import { absolute, bytes, duration, zoneLabel } from "@/app/time";
import { Await, Empty } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { InstanceLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { saveFile } from "@/pages/admin/files";
import { csv } from "@/pages/profiling/shapes";
import { COLUMNS, reportHtml, type Used, usedOf } from "./resources";

const S = strings({
  label: ["Resources of the run", "运行的资源使用"],
  task: ["Task", "任务"],
  attempt: ["Try", "次"],
  state: ["State", "状态"],
  waited: ["Waited", "等待"],
  took: ["Took", "耗时"],
  cpu: ["CPU time", "CPU 时间"],
  share: ["CPU", "CPU"],
  memory: ["Peak memory", "内存峰值"],
  exit: ["Exit", "退出码"],
  host: ["Host", "主机"],
  total: [
    "{n} {n|try|tries}; {took} of running, {cpu} of CPU time.",
    "{n} 次尝试；运行共 {took}，CPU 时间共 {cpu}。",
  ],
  html: ["Report (HTML)", "报告 (HTML)"],
  csv: ["CSV", "CSV"],
  written: ["{total} Written {at} {zone}.", "{total} 生成于 {at} {zone}。"],
  none: ["Nothing has started in this run yet", "此运行中尚未启动任何任务"],
  teach: [
    "Each try of a task appears here with its time in the queue, its running time, CPU and memory.",
    "任务的每次尝试及其排队时间、运行时间、CPU 与内存会显示在这里。",
  ],
});

const percent = (share: number | null): string =>
  share === null ? "" : `${Math.round(share * 100)} %`;

/** By what the table can be ordered. */
const VALUE: Record<string, (row: Used) => number | string> = {
  task: (row) => row.taskId,
  waited: (row) => row.waited ?? -1,
  took: (row) => row.took ?? -1,
  cpu: (row) => row.cpuSeconds ?? -1,
  share: (row) => row.cpuShare ?? -1,
  memory: (row) => row.memory ?? -1,
};

function ordered(rows: Used[], order: string): Used[] {
  const value = VALUE[order.replace("-", "")];
  if (!value) return rows;
  const sign = order.startsWith("-") ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return sign * (x < y ? -1 : x > y ? 1 : 0);
  });
}

const sum = (values: (number | null)[]): number =>
  values.reduce<number>((total, each) => total + (each ?? 0), 0);

export function RunResources({ dagId, runId }: { dagId: string; runId: string }) {
  const t = useStrings(S);
  const gantt = useQuery(ganttQuery(dagId, runId));
  return (
    <Await of={gantt} lines={8}>
      {(data) => {
        const rows = usedOf(data);
        return rows.length ? (
          <Table dagId={dagId} runId={runId} all={rows} />
        ) : (
          <Empty title={t("none")}>{t("teach")}</Empty>
        );
      }}
    </Await>
  );
}

function Table({ dagId, runId, all }: { dagId: string; runId: string; all: Used[] }) {
  const t = useStrings(S);
  const pair = usePair();
  const { zone, language } = usePrefs();
  const [order, setOrder] = useSearchState("by", "-took");
  const rows = useMemo(() => ordered(all, order), [all, order]);
  const total = t("total", {
    n: all.length,
    took: duration(sum(all.map((row) => row.took))),
    cpu: duration(sum(all.map((row) => row.cpuSeconds))),
  });
  const columns: Column<Used>[] = [
    {
      key: "task",
      head: t("task"),
      order: "task",
      cell: (row) => (
        <InstanceLink dagId={dagId} runId={runId} taskId={row.taskId} mapIndex={row.mapIndex} />
      ),
    },
    { key: "try", head: t("attempt"), numeric: true, wide: true, cell: (row) => row.tryNumber },
    { key: "state", head: t("state"), wide: true, cell: (row) => <StateChip state={row.state} /> },
    {
      key: "waited",
      head: t("waited"),
      order: "waited",
      numeric: true,
      wide: true,
      cell: (row) => duration(row.waited),
    },
    {
      key: "took",
      head: t("took"),
      order: "took",
      numeric: true,
      cell: (row) => duration(row.took),
    },
    {
      key: "cpu",
      head: t("cpu"),
      order: "cpu",
      numeric: true,
      cell: (row) => duration(row.cpuSeconds),
    },
    {
      key: "share",
      head: t("share"),
      order: "share",
      numeric: true,
      wide: true,
      cell: (row) => percent(row.cpuShare),
    },
    {
      key: "memory",
      head: t("memory"),
      order: "memory",
      numeric: true,
      cell: (row) => bytes(row.memory),
    },
    { key: "exit", head: t("exit"), numeric: true, wide: "very", cell: (row) => row.exitCode },
    { key: "host", head: t("host"), wide: "very", cell: (row) => row.hostname },
  ];
  function saveCsv(): void {
    const text = csv({
      columns: COLUMNS.map(([name]) => name),
      rows: rows.map((row) => COLUMNS.map(([, value]) => value(row))),
    });
    saveFile(`${dagId} ${runId}.csv`, text, "text/csv");
  }
  function saveHtml(): void {
    const most = (value: (row: Used) => number | null) =>
      Math.max(...rows.map((row) => value(row) ?? 0)) || 1;
    const [took, memory] = [most((row) => row.took), most((row) => row.memory)];
    const text = reportHtml({
      language,
      title: `${dagId} · ${runId}`,
      sentence: t("written", {
        total,
        at: absolute(Date.now(), zone),
        zone: zoneLabel(zone),
      }),
      heads: [
        ...[t("task"), t("attempt"), t("state"), t("waited"), t("took"), t("cpu"), t("share")],
        ...[t("memory"), t("exit"), t("host")],
      ],
      rows: rows.map((row) => [
        { text: row.mapIndex >= 0 ? `${row.taskId} [${row.mapIndex}]` : row.taskId },
        { text: String(row.tryNumber) },
        { text: pair(lookOf(row.state).word) },
        { text: duration(row.waited) },
        { text: duration(row.took), share: (row.took ?? 0) / took },
        { text: duration(row.cpuSeconds) },
        { text: percent(row.cpuShare) },
        { text: bytes(row.memory), share: (row.memory ?? 0) / memory },
        { text: String(row.exitCode ?? "") },
        { text: row.hostname ?? "" },
      ]),
    });
    saveFile(`${dagId} ${runId}.html`, text, "text/html");
  }
  return (
    <>
      <Group gap="xs" mb="sm">
        <span className="soft grow">{total}</span>
        <Button variant="default" leftSection={<Download size={13} />} onClick={saveCsv}>
          {t("csv")}
        </Button>
        <Button variant="default" leftSection={<Download size={13} />} onClick={saveHtml}>
          {t("html")}
        </Button>
      </Group>
      <DataTable
        label={t("label")}
        rows={rows}
        columns={columns}
        id={(row) => row.key}
        order={order}
        onOrder={setOrder}
      />
    </>
  );
}
