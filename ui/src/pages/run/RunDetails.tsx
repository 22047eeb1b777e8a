/** What the run is about: dates in words, configuration, code version, a note. */
import { Button, Textarea } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { noteRun, type Run } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { duration } from "@/app/time";
import { Facts, Panel } from "@/components/Blocks";
import { Json } from "@/components/Json";
import { Time } from "@/components/Time";
import { useAction } from "@/components/useAction";

const S = strings({
  facts: ["Facts", "信息"],
  conf: ["Configuration", "配置"],
  noConf: ["It was started without a configuration.", "启动时没有配置。"],
  note: ["Note", "备注"],
  noNote: [
    "A note for colleagues: what was seen, what was done.",
    "给同事的备注：看到了什么，做了什么。",
  ],
  save: ["Save the note", "保存备注"],
  saved: ["The note is saved", "备注已保存"],
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
  const [text, setText] = useState(run.note ?? "");
  const save = useAction({
    act: () => noteRun(run.dag_id, run.dag_run_id, text || null),
    done: () => t("saved"),
    touches: () => [["run", run.dag_id, run.dag_run_id]],
  });
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
        {text !== (run.note ?? "") && (
          <Button mt="xs" loading={save.isPending} onClick={() => save.mutate(undefined)}>
            {t("save")}
          </Button>
        )}
      </Panel>
    </div>
  );
}
