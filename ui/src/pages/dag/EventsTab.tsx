/** Who did what to this DAG. */
import { useQuery } from "@tanstack/react-query";
import { api, ask, type Schemas } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Await, Empty } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { RunLink } from "@/components/Link";
import { Time } from "@/components/Time";

const S = strings({
  label: ["Audit", "审计"],
  when: ["When", "时间"],
  who: ["Who", "用户"],
  what: ["What", "事件"],
  run: ["Run", "运行"],
  task: ["Task", "任务"],
  more: ["More", "详情"],
  none: ["Nobody has done anything to this DAG yet", "尚未有人对此 DAG 进行操作"],
  noneText: [
    "Pauses, runs started by hand, cleared and marked tasks appear here, with who did them.",
    "暂停、手动运行、清除和标记的操作会显示在这里。",
  ],
});

type Row = Schemas["EventLog"];

export function EventsTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const [order, setOrder] = useSearchState("order", "-when");
  const list = useQuery({
    queryKey: ["dag", dagId, "events", order],
    queryFn: () =>
      ask(
        api.GET("/api/v2/eventLogs", {
          params: { query: { dag_id: dagId, limit: 100, order_by: [order] } as never },
        }),
      ),
  });
  const columns: Column<Row>[] = [
    { key: "when", head: t("when"), order: "when", cell: (row) => <Time at={row.when} /> },
    { key: "who", head: t("who"), order: "owner", cell: (row) => row.owner },
    { key: "what", head: t("what"), order: "event", cell: (row) => <strong>{row.event}</strong> },
    {
      key: "run",
      head: t("run"),
      cell: (row) => row.run_id && <RunLink dagId={dagId} runId={row.run_id} />,
    },
    { key: "task", head: t("task"), wide: true, cell: (row) => row.task_id },
    {
      key: "more",
      head: t("more"),
      wide: true,
      cell: (row) => <span className="soft">{row.extra}</span>,
    },
  ];
  return (
    <Await of={list}>
      {(data) => (
        <DataTable
          label={t("label")}
          rows={data.event_logs}
          columns={columns}
          id={(row) => String(row.event_log_id)}
          order={order}
          onOrder={setOrder}
          empty={<Empty title={t("none")}>{t("noneText")}</Empty>}
        />
      )}
    </Await>
  );
}
