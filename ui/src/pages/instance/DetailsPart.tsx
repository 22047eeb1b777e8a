/** What the attempt was: rendered templates, where and how it ran, a note. */
import { Button, Textarea } from "@mantine/core";
import { useState } from "react";
import { type Instance, noteInstance } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { duration } from "@/app/time";
import { Facts, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  rendered: ["Rendered templates", "渲染后的模板"],
  facts: ["Facts", "信息"],
  note: ["Note", "备注"],
  noNote: [
    "A note for colleagues: what was seen, what was done.",
    "给同事的备注：看到了什么，做了什么。",
  ],
  save: ["Save the note", "保存备注"],
  saved: ["The note is saved", "备注已保存"],
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
      <Note instance={instance} />
    </div>
  );
}

function Note({ instance }: { instance: Instance }) {
  const t = useStrings(S);
  const [text, setText] = useState(instance.note ?? "");
  const id = {
    dagId: instance.dag_id,
    runId: instance.dag_run_id,
    taskId: instance.task_id,
    mapIndex: instance.map_index,
  };
  const save = useAction({
    act: () => noteInstance(id, text || null),
    done: () => t("saved"),
    touches: () => [["run", id.dagId, id.runId]],
  });
  return (
    <Panel title={t("note")}>
      <Textarea
        aria-label={t("note")}
        placeholder={t("noNote")}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        autosize
        minRows={2}
        maxLength={1000}
      />
      {text !== (instance.note ?? "") && (
        <Button mt="xs" loading={save.isPending} onClick={() => save.mutate(undefined)}>
          {t("save")}
        </Button>
      )}
    </Panel>
  );
}
