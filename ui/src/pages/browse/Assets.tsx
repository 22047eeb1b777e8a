/** Assets: what DAGs write and read. */
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink } from "@/components/Link";
import { Time } from "@/components/Time";
import { contains, exactly, RestList } from "@/pages/lists/RestList";
import { AssetLink } from "./AssetLink";

const S = strings({
  name: ["Name", "名称"],
  uri: ["Address", "地址"],
  writers: ["Written by", "写入者"],
  readers: ["Starts", "触发"],
  last: ["Last event", "最近事件"],
  none: ["No asset fits", "没有符合条件的资产"],
  teach: [
    "An asset appears once a task names it in outlets or a DAG in its schedule.",
    "任务在 outlets 或 DAG 在 schedule 中引用后，资产会显示在这里。",
  ],
});

export interface Asset {
  id: number;
  name: string;
  uri: string;
  scheduled_dags: { dag_id: string }[];
  producing_tasks: { dag_id: string; task_id: string }[];
  consuming_tasks: { dag_id: string; task_id: string }[];
  last_asset_event: { timestamp: string | null } | null;
}

export function Assets() {
  const t = useStrings(S);
  const columns: Column<Asset>[] = [
    {
      key: "name",
      head: t("name"),
      order: "name",
      cell: (row) => <AssetLink id={row.id}>{row.name}</AssetLink>,
    },
    { key: "uri", head: t("uri"), order: "uri", wide: true, cell: (row) => <code>{row.uri}</code> },
    {
      key: "writers",
      head: t("writers"),
      cell: (row) =>
        row.producing_tasks.map((each) => (
          <div key={`${each.dag_id} ${each.task_id}`} className="beside">
            <DagLink dagId={each.dag_id} /> <span className="soft">{each.task_id}</span>
          </div>
        )),
    },
    {
      key: "readers",
      head: t("readers"),
      cell: (row) =>
        row.scheduled_dags.map((each) => (
          <div key={each.dag_id}>
            <DagLink dagId={each.dag_id} />
          </div>
        )),
    },
    { key: "last", head: t("last"), cell: (row) => <Time at={row.last_asset_event?.timestamp} /> },
  ];
  return (
    <RestList<Asset>
      title={["Assets", "资产"]}
      sentence={["What DAGs write and read.", "DAG 写入与读取的数据。"]}
      path="/api/v2/assets"
      field="assets"
      order="name"
      id={(row) => String(row.id)}
      columns={columns}
      filters={[
        contains("name", ["Name contains", "名称包含"], "name_pattern"),
        exactly("dag", ["DAG", "DAG"], "dag_ids"),
      ]}
      empty={
        <Empty title={t("none")} command="airflow assets list">
          {t("teach")}
        </Empty>
      }
    />
  );
}
