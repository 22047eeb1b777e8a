/** What the attempt was: rendered templates, where and how it ran, a note. */
import { type Instance, noteInstance } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { duration } from "@/app/time";
import { Facts, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { NotePanel } from "@/components/NotePanel";
import { Time } from "@/components/Time";

const S = strings({
  rendered: ["Rendered templates", "渲染后的模板"],
  facts: ["Facts", "信息"],
  operator: ["Operator", "算子"],
  queued: ["Queued", "排队时间"],
  started: ["Started", "开始时间"],
  ended: ["Ended", "结束时间"],
  took: ["Duration", "耗时"],
  host: ["Host", "主机"],
  pid: ["Process", "进程"],
  user: ["Unix user", "系统用户"],
  pool: ["Pool", "资源池"],
  slots: ["{pool} ({n} {n|slot|slots})", "{pool}（{n} 个槽位）"],
  queue: ["Queue", "队列"],
  weight: ["Priority weight", "优先级权重"],
  executor: ["Executor", "执行器"],
  version: ["DAG version", "DAG 版本"],
  logical: ["Logical date", "逻辑日期"],
  due: ["Due", "应运行时间"],
});

export function DetailsPart({ instance }: { instance: Instance }) {
  const t = useStrings(S);
  const id = {
    dagId: instance.dag_id,
    runId: instance.dag_run_id,
    taskId: instance.task_id,
    mapIndex: instance.map_index,
  };
  const fields = Object.entries(instance.rendered_fields as Record<string, unknown>);
  return (
    <div style={{ display: "grid", gap: 12 }}>
      {fields.length > 0 && (
        <Panel title={t("rendered")}>
          <dl className="facts">
            {fields.map(([name, value]) => (
              <div key={name} style={{ display: "contents" }}>
                <dt>{name}</dt>
                <dd>
                  {typeof value === "string" ? (
                    <pre className="pre">{value}</pre>
                  ) : (
                    <Json value={value} />
                  )}
                </dd>
              </div>
            ))}
          </dl>
        </Panel>
      )}
      <Panel title={t("facts")}>
        <Facts
          rows={[
            [t("operator"), instance.operator_name ?? instance.operator],
            [t("queued"), instance.queued_when && <Time at={instance.queued_when} />],
            [t("started"), instance.start_date && <Time at={instance.start_date} />],
            [t("ended"), instance.end_date && <Time at={instance.end_date} />],
            [t("took"), duration(instance.duration)],
            [t("host"), instance.hostname],
            [t("pid"), instance.pid],
            [t("user"), instance.unixname],
            [t("pool"), t("slots", { pool: instance.pool, n: instance.pool_slots })],
            [t("queue"), instance.queue],
            [t("weight"), instance.priority_weight],
            [t("executor"), instance.executor],
            [t("version"), instance.dag_version?.version_number],
            [t("logical"), instance.logical_date && <Time at={instance.logical_date} />],
            [t("due"), <Time key="due" at={instance.run_after} />],
          ]}
        />
      </Panel>
      <NotePanel
        note={instance.note}
        dagId={id.dagId}
        runId={id.runId}
        act={(note) => noteInstance(id, note)}
      />
    </div>
  );
}
