/** Runs of every DAG. */
import { clearTasks, deleteRun, markRun, type Run } from "@/api/actions";
import { url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink, RunLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { Span, Time } from "@/components/Time";
import { contains, exactly, inPath, RestList } from "@/pages/lists/RestList";

const S = strings({
  state: ["State", "状态"],
  run: ["Run", "运行"],
  due: ["Due", "应运行时间"],
  took: ["Took", "耗时"],
  type: ["Type", "类型"],
  by: ["By", "触发者"],
  none: ["No run fits", "没有符合条件的运行"],
  teach: [
    "Runs appear here as soon as a schedule is due or somebody triggers a DAG.",
    "到达调度时间或手动触发后，运行会显示在这里。",
  ],
});

const STATES = ["queued", "running", "success", "failed"];
const TYPES = ["scheduled", "manual", "backfill", "asset_triggered"];

export function Runs() {
  const t = useStrings(S);
  const [dag] = useSearchState("dag");
  const columns: Column<Run>[] = [
    {
      key: "state",
      head: t("state"),
      order: "state",
      width: 120,
      cell: (row) => <StateChip state={row.state} />,
    },
    { key: "dag", head: "DAG", order: "dag_id", cell: (row) => <DagLink dagId={row.dag_id} /> },
    {
      key: "run",
      head: t("run"),
      order: "run_id",
      cell: (row) => <RunLink dagId={row.dag_id} runId={row.dag_run_id} className="run-name" />,
    },
    { key: "due", head: t("due"), order: "run_after", cell: (row) => <Time at={row.run_after} /> },
    {
      key: "took",
      head: t("took"),
      numeric: true,
      wide: true,
      cell: (row) => <Span start={row.start_date} end={row.end_date} />,
    },
    { key: "type", head: t("type"), order: "run_type", wide: true, cell: (row) => row.run_type },
    {
      key: "by",
      head: t("by"),
      wide: true,
      cell: (row) => <span className="soft">{row.triggering_user_name ?? row.triggered_by}</span>,
    },
  ];
  return (
    <RestList<Run>
      title={["Runs", "运行"]}
      path={url`/api/v2/dags/${dag || "~"}/dagRuns`}
      field="dag_runs"
      order="-run_after"
      id={(row) => `${row.dag_id} ${row.dag_run_id}`}
      columns={columns}
      filters={[
        inPath("dag", ["DAG", "DAG"]),
        contains("run", ["Run contains", "运行包含"], "run_id_pattern"),
        exactly("state", ["every state", "所有状态"], "state", STATES),
        exactly("type", ["every type", "所有类型"], "run_type", TYPES),
      ]}
      bulk={[
        {
          key: "clear",
          label: ["Clear", "清除"],
          act: (row) => clearTasks(row.dag_id, row.dag_run_id, undefined, {}, false),
        },
        {
          key: "success",
          label: ["Mark as success", "标记为成功"],
          act: (row) => markRun(row.dag_id, row.dag_run_id, "success"),
        },
        {
          key: "failed",
          label: ["Mark as failed", "标记为失败"],
          danger: true,
          act: (row) => markRun(row.dag_id, row.dag_run_id, "failed"),
        },
        {
          key: "delete",
          label: ["Delete", "删除"],
          danger: true,
          act: (row) => deleteRun(row.dag_id, row.dag_run_id),
        },
      ]}
      empty={
        <Empty title={t("none")} command="airflow dags trigger my_dag">
          {t("teach")}
        </Empty>
      }
    />
  );
}
