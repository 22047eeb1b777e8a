/** What the DAG file says, and its documentation. */
import { useQuery } from "@tanstack/react-query";
import { dagQuery, whyQuery } from "@/api/queries";
import { strings, useStrings } from "@/app/i18n";
import { Await, Facts, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { Time } from "@/components/Time";
import { Reasons } from "@/pages/instance/WhyPart";

const S = strings({
  facts: ["Facts", "信息"],
  doc: ["Documentation", "文档"],
  params: ["Params", "参数"],
  args: ["Default arguments", "默认参数"],
  why: ["Why does it not run?", "为什么不运行？"],
  nothing: ["Nothing holds it.", "没有任何阻碍。"],
  description: ["Description", "描述"],
  schedule: ["Schedule", "调度"],
  zone: ["Time zone", "时区"],
  start: ["Start date", "开始日期"],
  end: ["End date", "结束日期"],
  catchup: ["Catch up", "补跑"],
  yes: ["yes", "是"],
  no: ["no", "否"],
  runs: ["Active runs at once", "最大并发运行"],
  tasks: ["Active tasks at once", "最大并发任务"],
  failures: ["Paused after failures in a row", "连续失败后暂停"],
  timeout: ["Run timeout", "运行超时"],
  owners: ["Owners", "负责人"],
  file: ["File", "文件"],
  read: ["Read", "读取时间"],
  version: ["Version", "版本"],
  next: ["Next run", "下次运行"],
});

export function DetailsTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const dag = useQuery(dagQuery(dagId));
  const why = useQuery(whyQuery(dagId));
  return (
    <Await of={dag}>
      {(data) => (
        <div className="charts">
          <Panel title={t("facts")}>
            <Facts
              rows={[
                [t("description"), data.description],
                [
                  t("schedule"),
                  [data.timetable_description, data.timetable_summary].filter(Boolean).join(" · "),
                ],
                [
                  t("next"),
                  !data.is_paused && data.next_dagrun_run_after && (
                    <Time at={data.next_dagrun_run_after} />
                  ),
                ],
                [t("zone"), data.timezone],
                [t("start"), data.start_date && <Time at={data.start_date} form="absolute" />],
                [t("end"), data.end_date && <Time at={data.end_date} form="absolute" />],
                [t("catchup"), t(data.catchup ? "yes" : "no")],
                [t("runs"), data.max_active_runs],
                [t("tasks"), data.max_active_tasks],
                [t("failures"), data.max_consecutive_failed_dag_runs || null],
                [t("timeout"), data.dag_run_timeout],
                [t("owners"), data.owners.join(", ")],
                [
                  t("file"),
                  <span key="f" className="mono">
                    {data.fileloc}
                  </span>,
                ],
                [t("read"), data.last_parsed_time && <Time at={data.last_parsed_time} />],
                [t("version"), data.latest_dag_version?.version_number],
              ]}
            />
          </Panel>
          <Panel title={t("why")}>
            <Await of={why} lines={2}>
              {(found) =>
                found.reasons.length ? (
                  <Reasons id={{ dagId }} reasons={found.reasons} />
                ) : (
                  <span className="soft">{t("nothing")}</span>
                )
              }
            </Await>
          </Panel>
          {data.doc_md && (
            <Panel title={t("doc")}>
              <pre className="pre">{data.doc_md}</pre>
            </Panel>
          )}
          {data.params && Object.keys(data.params).length > 0 && (
            <Panel title={t("params")}>
              <Json value={data.params} />
            </Panel>
          )}
          {data.default_args && Object.keys(data.default_args).length > 0 && (
            <Panel title={t("args")}>
              <Json value={data.default_args} />
            </Panel>
          )}
        </div>
      )}
    </Await>
  );
}
