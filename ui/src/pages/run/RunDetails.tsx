/** What the run is about: dates in words, configuration, code version, a note. */
import { Link } from "@tanstack/react-router";
import { noteRun, type Run } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { duration } from "@/app/time";
import { Facts, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { NotePanel } from "@/components/NotePanel";
import { Time } from "@/components/Time";

const S = strings({
  facts: ["Facts", "信息"],
  conf: ["Configuration", "配置"],
  noConf: ["It was started without a configuration.", "启动时没有配置。"],
  type: ["Type", "类型"],
  logical: ["Logical date", "逻辑日期"],
  due: ["Due", "应运行时间"],
  from: ["Data interval from", "数据区间起"],
  to: ["Data interval to", "数据区间止"],
  queued: ["Created", "创建时间"],
  started: ["Started", "开始时间"],
  ended: ["Ended", "结束时间"],
  took: ["Duration", "耗时"],
  by: ["Triggered by", "触发者"],
  version: ["DAG version", "DAG 版本"],
});

export function RunDetails({ run }: { run: Run }) {
  const t = useStrings(S);
  const version = run.dag_versions.at(-1)?.version_number;
  const time = (at: string | null | undefined) => at && <Time at={at} />;
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <Panel title={t("facts")}>
        <Facts
          rows={[
            [t("type"), run.run_type],
            [t("logical"), time(run.logical_date)],
            [t("due"), time(run.run_after)],
            [t("from"), time(run.data_interval_start)],
            [t("to"), time(run.data_interval_end)],
            [t("queued"), time(run.queued_at)],
            [t("started"), time(run.start_date)],
            [t("ended"), time(run.end_date)],
            [t("took"), duration(run.duration)],
            [t("by"), [run.triggered_by, run.triggering_user_name].filter(Boolean).join(" · ")],
            [
              t("version"),
              version !== undefined && (
                <Link
                  to="/dags/$dagId/$tab"
                  params={{ dagId: run.dag_id, tab: "code" }}
                  search={{ version: String(version) } as never}
                >
                  {version}
                </Link>
              ),
            ],
          ]}
        />
      </Panel>
      <Panel title={t("conf")}>
        {run.conf && Object.keys(run.conf).length ? (
          <Json value={run.conf} />
        ) : (
          <span className="soft">{t("noConf")}</span>
        )}
      </Panel>
      <NotePanel
        note={run.note}
        dagId={run.dag_id}
        runId={run.dag_run_id}
        act={(note) => noteRun(run.dag_id, run.dag_run_id, note)}
      />
    </div>
  );
}
