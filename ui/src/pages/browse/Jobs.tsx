/** Processes that say they are alive: schedulers, triggerers, workers. */
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { StateChip } from "@/components/StateChip";
import { Time } from "@/components/Time";
import { exactly, RestList } from "@/pages/lists/RestList";

const S = strings({
  state: ["State", "状态"],
  type: ["Type", "类型"],
  host: ["Host", "主机"],
  started: ["Started", "开始"],
  beat: ["Last heartbeat", "上次心跳"],
  ended: ["Ended", "结束"],
  executor: ["Executor", "执行器"],
  none: ["No process fits", "没有符合条件的进程"],
});

interface Job {
  id: number;
  state: string | null;
  job_type: string | null;
  start_date: string | null;
  end_date: string | null;
  latest_heartbeat: string | null;
  executor_class: string | null;
  hostname: string | null;
}

const LIVE_MS = 10_000;

export function Jobs() {
  const t = useStrings(S);
  const columns: Column<Job>[] = [
    { key: "state", head: t("state"), width: 120, cell: (row) => <StateChip state={row.state} /> },
    { key: "type", head: t("type"), cell: (row) => row.job_type },
    { key: "host", head: t("host"), cell: (row) => row.hostname },
    { key: "beat", head: t("beat"), cell: (row) => <Time at={row.latest_heartbeat} /> },
    { key: "started", head: t("started"), wide: true, cell: (row) => <Time at={row.start_date} /> },
    { key: "ended", head: t("ended"), wide: true, cell: (row) => <Time at={row.end_date} /> },
    { key: "executor", head: t("executor"), wide: true, cell: (row) => row.executor_class },
  ];
  return (
    <RestList<Job>
      title={["Jobs", "作业"]}
      sentence={["Processes that say they are alive.", "报告自身存活的进程。"]}
      path="/api/v2/jobs"
      field="jobs"
      order="-id"
      id={(row) => String(row.id)}
      columns={columns}
      everyMs={LIVE_MS}
      filters={[
        exactly("type", ["Type", "类型"], "job_type"),
        exactly("state", ["every state", "所有状态"], "job_state", [
          "running",
          "success",
          "failed",
        ]),
        exactly("host", ["Host", "主机"], "hostname"),
      ]}
      empty={<Empty title={t("none")} command="airflow jobs check" />}
    />
  );
}
