/** Who did what, and when. */
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink, RunLink } from "@/components/Link";
import { Time } from "@/components/Time";
import { contains, exactly, RestList } from "@/pages/lists/RestList";

const S = strings({
  when: ["When", "时间"],
  who: ["Who", "操作者"],
  event: ["What", "操作"],
  run: ["Run", "运行"],
  task: ["Task", "任务"],
  extra: ["Details", "详情"],
  none: ["Nothing fits", "没有符合条件的记录"],
  teach: [
    "Every change that a person or a client makes is kept here.",
    "人或客户端的每次更改都会保存在这里。",
  ],
});

interface Entry {
  event_log_id: number;
  when: string | null;
  dag_id: string | null;
  task_id: string | null;
  run_id: string | null;
  event: string;
  owner: string | null;
  extra: string | null;
}

export function Audit() {
  const t = useStrings(S);
  const columns: Column<Entry>[] = [
    { key: "when", head: t("when"), order: "when", cell: (row) => <Time at={row.when} /> },
    { key: "who", head: t("who"), order: "owner", cell: (row) => row.owner },
    { key: "event", head: t("event"), order: "event", cell: (row) => <code>{row.event}</code> },
    {
      key: "dag",
      head: "DAG",
      order: "dag_id",
      cell: (row) => row.dag_id && <DagLink dagId={row.dag_id} />,
    },
    {
      key: "run",
      head: t("run"),
      wide: true,
      cell: (row) => row.dag_id && row.run_id && <RunLink dagId={row.dag_id} runId={row.run_id} />,
    },
    { key: "task", head: t("task"), wide: true, cell: (row) => row.task_id },
    {
      key: "extra",
      head: t("extra"),
      wide: true,
      cell: (row) => <code className="clip">{row.extra}</code>,
    },
  ];
  return (
    <RestList<Entry>
      title={["Audit log", "审计日志"]}
      path="/api/v2/eventLogs"
      field="event_logs"
      order="-when"
      id={(row) => String(row.event_log_id)}
      columns={columns}
      filters={[
        exactly("dag", ["DAG", "DAG"], "dag_id"),
        exactly("who", ["Who", "操作者"], "owner"),
        contains("event", ["What contains", "操作包含"], "event_pattern"),
      ]}
      empty={<Empty title={t("none")}>{t("teach")}</Empty>}
    />
  );
}
