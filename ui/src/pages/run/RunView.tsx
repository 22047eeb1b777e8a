/** One run: the sentence, the cure, and its parts as tabs; on its own page or in a panel. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { lazy, Suspense } from "react";
import type { Run } from "@/api/actions";
import { runQuery, runStatesQuery } from "@/api/queries";
import type { RunStates } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { lookOf } from "@/app/states";
import { duration } from "@/app/time";
import { Await, Loading, PageHead, ProblemView } from "@/components/Blocks";
import { DagLink, InstanceLink, runPath } from "@/components/Link";
import { RunActions } from "@/components/RunActions";
import { StateChip, StateCounts } from "@/components/StateChip";
import { TabBar, TabPanel } from "@/components/Tabs";
import { Span, Time } from "@/components/Time";
import { RunDetails } from "./RunDetails";
import { RunTasks } from "./RunTasks";
import { RunWhy } from "./RunWhy";

const S = strings({
  tabs: ["Parts of the run", "运行的各部分"],
  tasks: ["Tasks", "任务"],
  gantt: ["Gantt", "甘特图"],
  graph: ["Graph", "图"],
  resources: ["Resources", "资源"],
  why: ["Why", "原因"],
  details: ["Details", "详情"],
  open: ["Open on a page of its own", "在单独页面中打开"],
  due: ["It was due", "应运行于"],
  covers: ["and covers", "数据区间为"],
  to: ["to", "至"],
  manual: ["Started by {who}", "由 {who} 启动"],
  somebody: ["hand", "手动"],
  since: ["for", "已"],
  took: ["after {time}", "耗时 {time}"],
  failedAt: ["What failed:", "失败的任务："],
  andMore: ["and {n} more", "以及另外 {n} 个"],
  waits: ["It has not started.", "尚未启动。"],
});

const GanttView = lazy(async () => ({
  default: (await import("@/pages/dag/GanttView")).GanttView,
}));
const RunResources = lazy(async () => ({
  default: (await import("./RunResources")).RunResources,
}));
const Graph = lazy(async () => ({ default: (await import("@/pages/dag/graph/Graph")).Graph }));

export function RunView({
  dagId,
  runId,
  compact,
}: {
  dagId: string;
  runId: string;
  compact?: boolean;
}) {
  const t = useStrings(S);
  const run = useQuery(runQuery(dagId, runId));
  const states = useQuery(runStatesQuery(dagId, runId)).data;
  const [tab, setTab] = useSearchState("tab");
  const tabs = compact
    ? ["tasks", "why", "details"]
    : ["tasks", "gantt", "graph", "resources", "why", "details"];
  const open = tabs.includes(tab) ? tab : "tasks";
  if (run.error && !run.data) return <ProblemView error={run.error} retry={() => run.refetch()} />;
  const counts: Record<string, number> = {};
  for (const cell of Object.values(states?.cells ?? {})) {
    for (const [state, n] of Object.entries(cell.counts ?? { [cell.state ?? "none"]: 1 }))
      counts[state] = (counts[state] ?? 0) + n;
  }
  return (
    <>
      <PageHead
        above={
          compact ? undefined : (
            <nav className="crumbs" aria-label={runId}>
              <Link to="/dags">DAGs</Link> / <DagLink dagId={dagId} />
            </nav>
          )
        }
        title={
          <>
            {runId} {run.data && <StateChip state={run.data.state} />}{" "}
            {compact && (
              <Link to={runPath(dagId, runId)} aria-label={t("open")} title={t("open")}>
                <ExternalLink size={14} />
              </Link>
            )}
          </>
        }
        sentence={
          run.data && <Sentence run={run.data} failed={failedTasks(states)} dagId={dagId} />
        }
        actions={run.data && <RunActions dagId={dagId} run={run.data} />}
      />
      {Object.keys(counts).length > 0 && (
        <p style={{ margin: "0 0 10px" }}>
          <StateCounts counts={counts} />
        </p>
      )}
      <TabBar
        label={t("tabs")}
        panelId="run-part"
        tabs={tabs.map((key) => ({ key, label: t(key as "tasks") }))}
        open={open}
        onOpen={(key) => setTab(key)}
      />
      <TabPanel id="run-part" open={open}>
        <Suspense fallback={<Loading />}>
          {open === "tasks" && <RunTasks dagId={dagId} runId={runId} compact={compact} />}
          {open === "gantt" && <GanttView dagId={dagId} runId={runId} />}
          {open === "graph" && (
            <Graph
              dagId={dagId}
              runId={runId}
              version={run.data?.dag_versions.at(-1)?.version_number}
            />
          )}
          {open === "resources" && <RunResources dagId={dagId} runId={runId} />}
          {open === "why" && <RunWhy dagId={dagId} runId={runId} />}
          {open === "details" && <Await of={run}>{(data) => <RunDetails run={data} />}</Await>}
        </Suspense>
      </TabPanel>
    </>
  );
}

/** The tasks that failed themselves, the first one first. */
function failedTasks(states: RunStates | undefined): string[] {
  return Object.entries(states?.cells ?? {})
    .filter(([, cell]) => cell.state === "failed" || (cell.counts?.failed ?? 0) > 0)
    .sort(([, a], [, b]) => (a.end_date ?? "~").localeCompare(b.end_date ?? "~"))
    .map(([taskId]) => taskId);
}

function Sentence({ run, failed, dagId }: { run: Run; failed: string[]; dagId: string }) {
  const t = useStrings(S);
  const pair = usePair();
  const word = <strong>{pair(lookOf(run.state).word)}</strong>;
  return (
    <>
      {run.state === "running" ? (
        <>
          {word} {t("since")} <Span start={run.start_date} end={null} />.{" "}
        </>
      ) : run.start_date === null ? (
        <>{t("waits")} </>
      ) : (
        <>
          {word} <Time at={run.end_date} />{" "}
          {run.duration !== null && t("took", { time: duration(run.duration) })}.{" "}
        </>
      )}
      {failed[0] && (
        <>
          {t("failedAt")} <InstanceLink dagId={dagId} runId={run.dag_run_id} taskId={failed[0]} />
          {failed.length > 1 && ` ${t("andMore", { n: failed.length - 1 })}`}.{" "}
        </>
      )}
      {run.run_type === "manual" ? (
        t("manual", { who: run.triggering_user_name || t("somebody") })
      ) : (
        <>
          {t("due")} <Time at={run.run_after} form="absolute" />
        </>
      )}
      {run.data_interval_start && run.data_interval_start !== run.data_interval_end && (
        <>
          {" "}
          {t("covers")} <Time at={run.data_interval_start} form="absolute" /> {t("to")}{" "}
          <Time at={run.data_interval_end} form="absolute" />
        </>
      )}
      .
    </>
  );
}
