/** One DAG: the sentence, what can be done, and its parts as tabs. */
import { Badge } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { Problem } from "@/api/client";
import { dagQuery, dagRowQuery } from "@/api/queries";
import type { DagRow } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { lookOf } from "@/app/states";
import { duration } from "@/app/time";
import { Await, Loading, PageHead, ProblemView } from "@/components/Blocks";
import { PauseSwitch, RunButton } from "@/components/DagControls";
import { RunLink } from "@/components/Link";
import { TabBar, TabPanel } from "@/components/Tabs";
import { Time } from "@/components/Time";
import { FavoriteButton } from "@/pages/dags/Favorite";
import { GridTab } from "./GridTab";

const S = strings({
  tabs: ["Parts of the DAG", "DAG 的各部分"],
  grid: ["Grid", "网格"],
  graph: ["Graph", "图"],
  gantt: ["Gantt", "甘特图"],
  calendar: ["Calendar", "日历"],
  charts: ["Charts", "图表"],
  runs: ["Runs", "运行"],
  backfills: ["Backfills", "回填"],
  code: ["Code", "代码"],
  details: ["Details", "详情"],
  events: ["Audit", "审计"],
  paused: ["Paused: no scheduled run starts.", "已暂停：不会启动计划中的运行。"],
  never: ["It has not run yet.", "尚未运行。"],
  last: ["The last run", "上次运行"],
  next: ["Next run", "下次运行"],
  took: ["it took {time}", "耗时 {time}"],
  noSchedule: [
    "It has no schedule: it runs when somebody asks for it.",
    "没有调度：仅在请求时运行。",
  ],
  now: ["{n} {n|task runs|tasks run} now.", "{n} 个任务正在运行。"],
});

const part = <K extends string>(
  load: () => Promise<Record<K, React.ComponentType<{ dagId: string }>>>,
  name: K,
) => lazy(async () => ({ default: (await load())[name] }));

const PARTS: Record<string, React.ComponentType<{ dagId: string }>> = {
  grid: GridTab,
  graph: part(() => import("./GraphTab"), "GraphTab"),
  gantt: part(() => import("./GanttTab"), "GanttTab"),
  runs: part(() => import("./RunsTab"), "RunsTab"),
  calendar: part(() => import("./CalendarTab"), "CalendarTab"),
  charts: part(() => import("./ChartsTab"), "ChartsTab"),
  backfills: part(() => import("./BackfillsTab"), "BackfillsTab"),
  code: part(() => import("./CodeTab"), "CodeTab"),
  details: part(() => import("./DetailsTab"), "DetailsTab"),
  events: part(() => import("./EventsTab"), "EventsTab"),
};

export function DagPage() {
  const t = useStrings(S);
  const navigate = useNavigate();
  const { dagId, tab = "grid" } = useParams({ strict: false }) as { dagId: string; tab?: string };
  const dag = useQuery(dagQuery(dagId));
  const row = useQuery(dagRowQuery(dagId)).data;
  const Part = PARTS[tab];
  if (dag.error && !dag.data) {
    return (
      <div className="page">
        <ProblemView error={dag.error} retry={() => dag.refetch()} />
      </div>
    );
  }
  return (
    <div className="page">
      <PageHead
        above={
          <nav className="crumbs" aria-label="DAGs">
            <Link to="/dags">DAGs</Link>
          </nav>
        }
        title={
          <>
            {dag.data?.dag_display_name ?? dagId}{" "}
            {dag.data && <FavoriteButton dagId={dagId} liked={dag.data.is_favorite} />}
          </>
        }
        sentence={row && <Sentence row={row} />}
        actions={
          dag.data && (
            <>
              {dag.data.tags.map((tag) => (
                <Link key={tag.name} to="/dags" search={{ tag: tag.name } as never}>
                  <Badge color="gray" style={{ cursor: "pointer" }}>
                    {tag.name}
                  </Badge>
                </Link>
              ))}
              <PauseSwitch dagId={dagId} paused={dag.data.is_paused} />
              <RunButton dagId={dagId} />
            </>
          )
        }
      />
      <TabBar
        label={t("tabs")}
        panelId="dag-part"
        tabs={Object.keys(PARTS).map((key) => ({ key, label: t(key as "grid") }))}
        open={tab}
        onOpen={(key) =>
          navigate({
            to: "/dags/$dagId/$tab",
            params: { dagId, tab: key },
            search: ((before: Record<string, unknown>) => ({
              run: before.run,
              task: before.task,
            })) as never,
          })
        }
      />
      <TabPanel id="dag-part" open={tab}>
        {Part ? (
          <Suspense fallback={<Loading />}>
            <Await of={dag}>{() => <Part dagId={dagId} />}</Await>
          </Suspense>
        ) : (
          <ProblemView error={new Problem(404, `There is no tab ${tab}.`)} />
        )}
      </TabPanel>
    </div>
  );
}

function Sentence({ row }: { row: DagRow }) {
  const t = useStrings(S);
  const pair = usePair();
  const last = row.runs.at(-1);
  return (
    <>
      {last ? (
        <>
          <RunLink dagId={row.dag_id} runId={last.run_id}>
            {t("last")}
          </RunLink>{" "}
          <strong>{pair(lookOf(last.state).word)}</strong>{" "}
          <Time at={last.end_date ?? last.start_date ?? last.run_after} />
          {last.duration !== null && `, ${t("took", { time: duration(last.duration) })}`}.{" "}
        </>
      ) : (
        <>{t("never")} </>
      )}
      {row.running_tasks > 0 && <>{t("now", { n: row.running_tasks })} </>}
      {row.is_paused ? (
        t("paused")
      ) : row.next_run_after ? (
        <>
          {t("next")} <Time at={row.next_run_after} />
          {row.schedule_text && ` (${row.schedule_text})`}.
        </>
      ) : (
        !row.schedule && t("noSchedule")
      )}
    </>
  );
}
