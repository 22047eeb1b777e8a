/** A task instance: the sentence, the cure, and its parts as tabs; on its own page or in a panel. */
import { Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ExternalLink } from "lucide-react";
import { Problem } from "@/api/client";
import { attemptsQuery, type InstanceId, instanceQuery, mappedQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams, useSearchState } from "@/app/search";
import { ENDED } from "@/app/states";
import { Await, Empty, Loading, PageHead, ProblemView } from "@/components/Blocks";
import { InstanceActions } from "@/components/InstanceActions";
import { DagLink, InstanceLink, instancePath, RunLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { TabBar, TabPanel } from "@/components/Tabs";
import { Span } from "@/components/Time";
import { LogView } from "@/logs/LogView";
import { AttemptsPart } from "./AttemptsPart";
import { DetailsPart } from "./DetailsPart";
import { HistoryPart } from "./HistoryPart";
import { InstanceSentence } from "./sentence";
import { WhyPart } from "./WhyPart";
import { XComPart } from "./XComPart";

const S = strings({
  log: ["Log", "日志"],
  why: ["Why", "原因"],
  details: ["Details", "详情"],
  xcom: ["XCom", "XCom"],
  attempts: ["Attempts", "尝试"],
  history: ["History", "历史"],
  tabs: ["Parts of the task instance", "任务实例的各部分"],
  attempt: ["Attempt", "尝试"],
  beside: ["Compare with", "对比"],
  alone: ["no other try", "不对比"],
  attemptN: ["try {n}", "第 {n} 次"],
  noLog: ["It has not started, so there is no log", "尚未启动，因此没有日志"],
  noLogText: ["The tab Why says what it waits for.", "“原因”标签页说明它在等待什么。"],
  open: ["Open on a page of its own", "在单独页面中打开"],
  mapped: ["{n} mapped {n|instance|instances}", "{n} 个映射实例"],
});

const TABS = ["log", "why", "details", "xcom", "attempts", "history"] as const;

export function InstanceView({ id, compact }: { id: InstanceId; compact?: boolean }) {
  const t = useStrings(S);
  const instance = useQuery(instanceQuery(id));
  const attempts = useQuery(attemptsQuery(id)).data;
  const state = instance.data?.state ?? null;
  const waiting =
    !!instance.data &&
    (state === null ||
      ["scheduled", "up_for_retry", "up_for_reschedule", "deferred"].includes(state));
  const [tab, setTab] = useSearchState("tab");
  const [attempt, setAttempt] = useSearchState("try");
  const [other, setOther] = useSearchState("beside");
  const open = tab || (waiting && !instance.data?.try_number ? "why" : "log");
  if (instance.error instanceof Problem && instance.error.status === 404 && id.mapIndex < 0) {
    return <MappedView id={id} compact={compact} otherwise={instance.error} />;
  }
  if (instance.error && !instance.data)
    return <ProblemView error={instance.error} retry={() => instance.refetch()} />;
  const number = Number(attempt) || instance.data?.try_number || 0;
  const beside = Number(other) !== number ? Number(other) || 0 : 0;
  const numbers = attempts?.attempts.map((each) => each.try_number) ?? [];
  return (
    <>
      <PageHead
        above={
          compact ? undefined : (
            <nav className="crumbs" aria-label={id.taskId}>
              <Link to="/dags">DAGs</Link> / <DagLink dagId={id.dagId} /> /{" "}
              <RunLink dagId={id.dagId} runId={id.runId} />
              {id.mapIndex >= 0 && (
                <>
                  {" / "}
                  <InstanceLink dagId={id.dagId} runId={id.runId} taskId={id.taskId} />
                </>
              )}
            </nav>
          )
        }
        title={
          <>
            {instance.data?.task_display_name ?? id.taskId}
            {id.mapIndex >= 0 && (
              <span className="soft"> [{instance.data?.rendered_map_index ?? id.mapIndex}]</span>
            )}{" "}
            {instance.data && <StateChip state={state} />}{" "}
            {compact && (
              <Link
                to={instancePath(id.dagId, id.runId, id.taskId, id.mapIndex)}
                aria-label={t("open")}
                title={t("open")}
              >
                <ExternalLink size={14} />
              </Link>
            )}
          </>
        }
        sentence={
          instance.data && <InstanceSentence instance={instance.data} attempts={attempts} />
        }
        actions={<InstanceActions id={id} />}
      />
      <TabBar
        label={t("tabs")}
        panelId="instance-part"
        tabs={TABS.map((key) => ({ key, label: t(key) }))}
        open={open}
        onOpen={(key) => setTab(key)}
      />
      <TabPanel id="instance-part" open={open}>
        {open === "log" && (
          <>
            {numbers.length > 1 && (
              <Group gap="xs" mb="xs">
                <Select
                  aria-label={t("attempt")}
                  value={String(number)}
                  onChange={(value) => setAttempt(value ?? undefined)}
                  data={numbers.map((each) => ({
                    value: String(each),
                    label: t("attemptN", { n: each }),
                  }))}
                  w={110}
                  allowDeselect={false}
                />
                <Select
                  aria-label={t("beside")}
                  placeholder={t("beside")}
                  value={beside ? String(beside) : null}
                  onChange={(value) => setOther(value ?? undefined)}
                  data={numbers
                    .filter((each) => each !== number)
                    .map((each) => ({ value: String(each), label: t("attemptN", { n: each }) }))}
                  w={150}
                  clearable
                  clearButtonProps={{ "aria-label": t("alone") }}
                />
              </Group>
            )}
            {!instance.data ? (
              <Loading lines={4} />
            ) : number > 0 ? (
              <div className={beside ? "attempts-beside" : undefined}>
                {(beside ? [number, beside] : [number]).map((each) => (
                  <section key={each} aria-label={t("attemptN", { n: each })}>
                    {beside > 0 && <h3 className="soft small">{t("attemptN", { n: each })}</h3>}
                    <LogView
                      dagId={id.dagId}
                      runId={id.runId}
                      taskId={id.taskId}
                      mapIndex={id.mapIndex}
                      tryNumber={each}
                      running={each === instance.data?.try_number && !ENDED.has(state ?? "none")}
                      compact={compact}
                    />
                  </section>
                ))}
              </div>
            ) : (
              <Empty title={t("noLog")}>{t("noLogText")}</Empty>
            )}
          </>
        )}
        {open === "why" && <WhyPart id={id} state={state} />}
        {open === "details" && (
          <Await of={instance}>{(data) => <DetailsPart instance={data} />}</Await>
        )}
        {open === "xcom" && <XComPart id={id} />}
        {open === "attempts" && <AttemptsPart id={id} />}
        {open === "history" && <HistoryPart id={id} />}
      </TabPanel>
    </>
  );
}

/** A mapped task: its instances, each a click away. */
function MappedView({
  id,
  compact,
  otherwise,
}: {
  id: InstanceId;
  compact?: boolean;
  otherwise: unknown;
}) {
  const t = useStrings(S);
  const [, change] = useSearchParams();
  const list = useQuery(mappedQuery(id));
  if (list.data && !list.data.task_instances.length) return <ProblemView error={otherwise} />;
  return (
    <>
      <PageHead
        above={
          compact ? undefined : (
            <nav className="crumbs" aria-label={id.taskId}>
              <Link to="/dags">DAGs</Link> / <DagLink dagId={id.dagId} /> /{" "}
              <RunLink dagId={id.dagId} runId={id.runId} />
            </nav>
          )
        }
        title={id.taskId}
        sentence={list.data && t("mapped", { n: list.data.total_entries })}
        actions={<InstanceActions id={id} />}
      />
      <Await of={list}>
        {(data) => (
          <div className="panel">
            {data.task_instances.map((each) => {
              const inner = (
                <>
                  <StateChip state={each.state} />
                  <span className="grow">
                    [{each.map_index}] {each.rendered_map_index}
                  </span>
                  <span className="soft small">
                    <Span start={each.start_date} end={each.end_date} />
                  </span>
                </>
              );
              return compact ? (
                <button
                  key={each.map_index}
                  type="button"
                  className="row-link row-button"
                  onClick={() => change({ map: String(each.map_index) }, true)}
                >
                  {inner}
                </button>
              ) : (
                <InstanceLink
                  key={each.map_index}
                  dagId={id.dagId}
                  runId={id.runId}
                  taskId={id.taskId}
                  mapIndex={each.map_index}
                  className="row-link"
                >
                  {inner}
                </InstanceLink>
              );
            })}
          </div>
        )}
      </Await>
    </>
  );
}
