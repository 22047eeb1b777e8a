/** Updates of assets, of all of them or of one. */
import type { ReactNode } from "react";
import { type Pair, strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { InstanceLink, RunLink } from "@/components/Link";
import { Time } from "@/components/Time";
import { contains, exactly, type Filter, RestList } from "@/pages/lists/RestList";
import { AssetLink } from "./AssetLink";

const S = strings({
  when: ["When", "时间"],
  asset: ["Asset", "资产"],
  by: ["By task", "任务"],
  run: ["In run", "运行"],
  outside: ["from outside", "外部"],
  caused: ["Started", "触发的运行"],
  extra: ["Details", "详情"],
  none: ["No event fits", "没有符合条件的事件"],
  teach: [
    "Each update of an asset is an event. Report one on the page of the asset, or with a client of the REST API.",
    "资产的每次更新都是一个事件。可在资产页面或通过 REST API 客户端上报。",
  ],
});

interface AssetEvent {
  id: number;
  asset_id: number;
  name: string | null;
  uri: string | null;
  extra: Record<string, unknown> | null;
  source_dag_id: string | null;
  source_run_id: string | null;
  source_task_id: string | null;
  source_map_index: number;
  created_dagruns: { dag_id: string; run_id: string }[];
  timestamp: string;
}

const TITLE: Pair = ["Asset events", "资产事件"];

/** `of`: of one asset, below the head of its page. */
export function EventList({ of, head }: { of?: string; head?: ReactNode }) {
  const t = useStrings(S);
  const asset: Column<AssetEvent> = {
    key: "asset",
    head: t("asset"),
    cell: (row) => <AssetLink id={row.asset_id}>{row.name ?? row.uri}</AssetLink>,
  };
  const name: Filter = contains("name", ["Asset contains", "资产包含"], "name_pattern");
  const columns: Column<AssetEvent>[] = [
    {
      key: "when",
      head: t("when"),
      order: "timestamp",
      cell: (row) => <Time at={row.timestamp} />,
    },
    ...(of ? [] : [asset]),
    {
      key: "by",
      head: t("by"),
      cell: (row) =>
        row.source_dag_id && row.source_run_id && row.source_task_id ? (
          <span className="beside">
            <InstanceLink
              dagId={row.source_dag_id}
              runId={row.source_run_id}
              taskId={row.source_task_id}
              mapIndex={row.source_map_index}
            />
            <span className="soft">{row.source_dag_id}</span>
          </span>
        ) : (
          <span className="faint">{t("outside")}</span>
        ),
    },
    {
      key: "run",
      head: t("run"),
      wide: true,
      cell: (row) =>
        row.source_dag_id &&
        row.source_run_id && <RunLink dagId={row.source_dag_id} runId={row.source_run_id} />,
    },
    {
      key: "caused",
      head: t("caused"),
      wide: true,
      cell: (row) =>
        row.created_dagruns.map((each) => (
          <div key={`${each.dag_id} ${each.run_id}`}>
            <RunLink dagId={each.dag_id} runId={each.run_id}>
              {each.dag_id}
            </RunLink>
          </div>
        )),
    },
    {
      key: "extra",
      head: t("extra"),
      wide: true,
      cell: (row) =>
        row.extra && Object.keys(row.extra).length > 0 ? (
          <code className="clip">{JSON.stringify(row.extra)}</code>
        ) : null,
    },
  ];
  return (
    <RestList<AssetEvent>
      title={TITLE}
      sentence={["Each update of an asset.", "资产的每次更新。"]}
      head={head}
      path="/api/v2/assets/events"
      field="asset_events"
      always={of ? { asset_id: of } : undefined}
      order="-timestamp"
      id={(row) => String(row.id)}
      columns={columns}
      filters={[
        ...(of ? [] : [name]),
        exactly("dag", ["DAG", "DAG"], "source_dag_id"),
        exactly("task", ["Task", "任务"], "source_task_id"),
      ]}
      empty={<Empty title={t("none")}>{t("teach")}</Empty>}
    />
  );
}

export function AssetEvents() {
  return <EventList />;
}
