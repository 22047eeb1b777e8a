/** Four answers: what failed, what is late, what runs, what comes next; and whether all is well. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { CalendarClock, CircleCheck, ListTree } from "lucide-react";
import { homeQuery } from "@/api/queries";
import type { Home as HomeData } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { useUsable } from "@/app/usable";
import { Await, Empty, PageHead, Panel } from "@/components/Blocks";
import { Duration } from "@/components/Duration";
import { DagLink, InstanceLink, RunLink } from "@/components/Link";
import { StateChip, StateIcon } from "@/components/StateChip";
import { Time, useNow } from "@/components/Time";
import { FirstSteps } from "./FirstSteps";
import { Health } from "./Health";
import { NextHours } from "./NextHours";

const S = strings({
  title: ["Home", "首页"],
  calm: ["Nothing failed and nothing is late.", "没有失败，也没有延误。"],
  failedN: ["{n} {n|DAG|DAGs} failed", "{n} 个 DAG 失败"],
  lateN: ["{n} {n|run is|runs are} late", "{n} 个运行延误"],
  runsN: ["{n} {n|run|runs} under way", "{n} 个运行进行中"],
  sick: ["The scheduler does not answer: nothing starts.", "调度器无响应：不会启动任何任务。"],
  failed: ["Failed", "失败"],
  noneFailed: ["No run failed.", "没有失败的运行。"],
  late: ["Late", "延误"],
  noneLate: ["Every run that is due has started.", "所有到期的运行都已启动。"],
  running: ["Running now", "正在运行"],
  noneRunning: ["Nothing runs at the moment.", "当前没有运行。"],
  next: ["Next", "接下来"],
  noneNext: [
    "No run is planned: unpause a DAG with a schedule.",
    "没有计划中的运行：请恢复一个有调度的 DAG。",
  ],
  attempt: ["try {n} of {max}", "第 {n} 次，共 {max} 次"],
  more: ["{n} failed {n|run|runs}", "{n} 次失败的运行"],
  log: ["log", "日志"],
  due: ["due", "应于"],
  tasks: ["{done} of {total} tasks", "{done} / {total} 个任务"],
  usual: ["usually", "通常"],
});

export function Home() {
  const t = useStrings(S);
  const home = useQuery(homeQuery);
  useUsable("home", !!home.data);
  return (
    <div className="page">
      <Await of={home} lines={10}>
        {(data) => (
          <>
            <PageHead
              title={data.instance_name || t("title")}
              sentence={<Sentence data={data} />}
            />
            <Health data={data} />
            {data.dags.total === 0 ? (
              <FirstSteps />
            ) : (
              <div className="home-grid">
                <Failed data={data} />
                <Running data={data} />
                <Late data={data} />
                <Next data={data} />
              </div>
            )}
          </>
        )}
      </Await>
    </div>
  );
}

function Sentence({ data }: { data: HomeData }) {
  const t = useStrings(S);
  if (data.health.scheduler.status !== "healthy") {
    return <strong style={{ color: "var(--s-failed)" }}>{t("sick")}</strong>;
  }
  const [failed, late, running] = [data.failed.length, data.late.length, data.running.length];
  const parts = [
    failed ? t("failedN", { n: failed }) : "",
    late ? t("lateN", { n: late }) : "",
    running ? t("runsN", { n: running }) : "",
  ].filter(Boolean);
  if (!failed && !late) parts.unshift(t("calm").replace(/[.。]$/, ""));
  return <strong>{parts.join(" · ")}.</strong>;
}

function Failed({ data }: { data: HomeData }) {
  const t = useStrings(S);
  return (
    <Panel title={t("failed")} flush label={t("failed")}>
      {!data.failed.length && <Nothing text={t("noneFailed")} />}
      {data.failed.map((each) => (
        <div key={each.dag_id} className="row-link">
          <StateIcon state="failed" size={16} />
          <div className="grow">
            <div className="clip">
              <DagLink dagId={each.dag_id}>{each.dag_display_name}</DagLink>
              {each.task_id && (
                <>
                  {" › "}
                  <InstanceLink
                    dagId={each.dag_id}
                    runId={each.run_id}
                    taskId={each.task_id}
                    mapIndex={each.map_index}
                  />
                </>
              )}
            </div>
            <div className="soft small clip" title={each.reason ?? undefined}>
              {each.reason}
              {each.reason && each.task_id ? " · " : ""}
              {each.task_id && t("attempt", { n: each.try_number, max: each.max_tries + 1 })}
              {each.failed_runs > 1 && ` · ${t("more", { n: each.failed_runs })}`}
            </div>
          </div>
          <span className="soft small nowrap">
            <Time at={each.end_date ?? each.run_after} form="relative" />
          </span>
          {each.task_id ? (
            <InstanceLink
              dagId={each.dag_id}
              runId={each.run_id}
              taskId={each.task_id}
              mapIndex={each.map_index}
              tab="log"
            >
              {t("log")}
            </InstanceLink>
          ) : (
            <RunLink dagId={each.dag_id} runId={each.run_id}>
              {t("log")}
            </RunLink>
          )}
        </div>
      ))}
    </Panel>
  );
}

function Running({ data }: { data: HomeData }) {
  const t = useStrings(S);
  return (
    <Panel title={t("running")} flush label={t("running")}>
      {!data.running.length && <Nothing text={t("noneRunning")} />}
      {data.running.map((each) => (
        <RunningRow key={`${each.dag_id} ${each.run_id}`} run={each} />
      ))}
    </Panel>
  );
}

function RunningRow({ run }: { run: HomeData["running"][number] }) {
  const t = useStrings(S);
  const now = useNow();
  const elapsed = run.start_date ? (now - new Date(run.start_date).getTime()) / 1000 : 0;
  const byTime = run.usual_seconds ? Math.min(1, elapsed / run.usual_seconds) : null;
  const share = Math.max(run.total ? run.done / run.total : 0, 0);
  return (
    <div className="row-link">
      <StateIcon state={run.state} size={16} />
      <div className="grow">
        <div className="clip">
          <RunLink dagId={run.dag_id} runId={run.run_id}>
            {run.dag_display_name}
          </RunLink>{" "}
          <span className="faint small">{run.run_id}</span>
        </div>
        <div
          className="progress"
          role="img"
          aria-label={t("tasks", { done: run.done, total: run.total })}
        >
          <span style={{ width: `${share * 100}%` }} />
          {byTime !== null && <i style={{ left: `${byTime * 100}%` }} />}
        </div>
      </div>
      {run.failed > 0 && <StateChip state="failed" count={run.failed} />}
      <span className="soft small num" style={{ minWidth: 120 }}>
        {t("tasks", { done: run.done, total: run.total })}
        <br />
        <Duration seconds={elapsed} />
        {run.usual_seconds !== null && (
          <>
            {" · "}
            {t("usual")} <Duration seconds={run.usual_seconds} />
          </>
        )}
      </span>
    </div>
  );
}

function Late({ data }: { data: HomeData }) {
  const t = useStrings(S);
  return (
    <Panel title={t("late")} flush label={t("late")}>
      {!data.late.length && <Nothing text={t("noneLate")} />}
      {data.late.map((each) => (
        <div key={each.dag_id} className="row-link">
          <StateIcon state="late" size={16} />
          <div className="grow">
            <DagLink dagId={each.dag_id}>{each.dag_display_name}</DagLink>
            <div className="soft small clip">{each.reason}</div>
          </div>
          <span className="soft small nowrap">
            {t("due")} <Time at={each.run_after} />
          </span>
        </div>
      ))}
    </Panel>
  );
}

function Next({ data }: { data: HomeData }) {
  const t = useStrings(S);
  return (
    <Panel
      title={t("next")}
      flush
      label={t("next")}
      right={
        <Link to="/dags">
          <ListTree size={14} aria-hidden /> {data.dags.active.toLocaleString()} DAGs
        </Link>
      }
    >
      {data.next.length ? (
        <NextHours runs={data.next} />
      ) : (
        <Empty title={t("noneNext")} icon={<CalendarClock size={20} aria-hidden />} />
      )}
    </Panel>
  );
}

function Nothing({ text }: { text: string }) {
  return (
    <p
      className="soft"
      style={{ margin: 0, padding: "12px", display: "flex", gap: 8, alignItems: "center" }}
    >
      <CircleCheck size={15} color="var(--s-success)" aria-hidden /> {text}
    </p>
  );
}
