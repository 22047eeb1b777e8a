/** Task instances of every run. */
import { clearTasks, type Instance, markTask } from "@/api/actions";
import { url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { InstanceLink, RunLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { Span, Time } from "@/components/Time";
import { contains, exactly, inPath, RestList } from "@/pages/lists/RestList";

const S = strings({
  state: ["State", "状态"],
  task: ["Task", "任务"],
  run: ["Run", "运行"],
  started: ["Started", "开始"],
  took: ["Took", "耗时"],
  try: ["Try", "尝试"],
  pool: ["Pool", "资源池"],
  queue: ["Queue", "队列"],
  host: ["Host", "主机"],
  none: ["No task instance fits", "没有符合条件的任务实例"],
});

const STATES = [
  ...["scheduled", "queued", "running", "deferred", "up_for_retry", "up_for_reschedule"],
  ...["success", "failed", "upstream_failed", "skipped", "removed"],
];

function idOf(row: Instance) {
  return {
    dagId: row.dag_id,
    runId: row.dag_run_id,
    taskId: row.task_id,
    mapIndex: row.map_index,
  };
}

function mark(state: "success" | "failed") {
  return (row: Instance) => markTask(idOf(row), state, {}, false);
}

export function Instances() {
  const t = useStrings(S);
  const [dag] = useSearchState("dag");
  const columns: Column<Instance>[] = [
    {
      key: "state",
      head: t("state"),
      order: "state",
      width: 130,
      cell: (row) => <StateChip state={row.state} />,
    },
    { key: "dag", head: "DAG", order: "dag_id", wide: true, cell: (row) => row.dag_id },
    {
      key: "task",
      head: t("task"),
      order: "task_id",
      cell: (row) => <InstanceLink {...idOf(row)} />,
    },
    {
      key: "run",
      head: t("run"),
      wide: true,
      order: "run_id",
      cell: (row) => <RunLink dagId={row.dag_id} runId={row.dag_run_id} />,
    },
    {
      key: "started",
      head: t("started"),
      order: "start_date",
      cell: (row) => <Time at={row.start_date} />,
    },
    {
      key: "took",
      head: t("took"),
      numeric: true,
      cell: (row) => <Span start={row.start_date} end={row.end_date} />,
    },
    { key: "try", head: t("try"), numeric: true, wide: true, cell: (row) => row.try_number },
    { key: "pool", head: t("pool"), wide: true, cell: (row) => row.pool },
    { key: "queue", head: t("queue"), wide: true, cell: (row) => row.queue },
    { key: "host", head: t("host"), wide: true, cell: (row) => row.hostname },
  ];
  return (
    <RestList<Instance>
      title={["Task instances", "任务实例"]}
      path={url`/api/v2/dags/${dag || "~"}/dagRuns/~/taskInstances`}
      field="task_instances"
      order="-start_date"
      id={(row) => `${row.dag_id} ${row.dag_run_id} ${row.task_id} ${row.map_index}`}
      columns={columns}
      filters={[
        inPath("dag", ["DAG", "DAG"]),
        contains("task", ["Task contains", "任务包含"], "task_display_name_pattern"),
        exactly("state", ["every state", "所有状态"], "state", STATES),
        exactly("pool", ["Pool", "资源池"], "pool"),
        exactly("queue", ["Queue", "队列"], "queue"),
      ]}
      bulk={[
        {
          key: "clear",
          label: ["Clear", "清除"],
          act: (row) =>
            clearTasks(
              row.dag_id,
              row.dag_run_id,
              [row.map_index >= 0 ? [row.task_id, row.map_index] : row.task_id],
              {},
              false,
            ),
        },
        { key: "success", label: ["Mark as success", "标记为成功"], act: mark("success") },
        {
          key: "failed",
          label: ["Mark as failed", "标记为失败"],
          danger: true,
          act: mark("failed"),
        },
      ]}
      empty={<Empty title={t("none")} command="airflow tasks states-for-dag-run my_dag my_run" />}
    />
  );
}
