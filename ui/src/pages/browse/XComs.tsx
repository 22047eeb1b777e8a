/** Values that tasks left for others; a value is fetched when somebody asks for it. */
import { Modal } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Await, Empty, Facts } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { Json } from "@/components/Json";
import { DagLink, InstanceLink, RunLink } from "@/components/Link";
import { Time } from "@/components/Time";
import { contains, inPath, RestList } from "@/pages/lists/RestList";

const S = strings({
  key: ["Key", "键"],
  run: ["Run", "运行"],
  task: ["Task", "任务"],
  when: ["Pushed", "推送时间"],
  show: ["Show the value of {key}", "显示 {key} 的值"],
  none: ["No XCom fits", "没有符合条件的 XCom"],
  teach: [
    "What a task returns, or pushes with xcom_push, is kept here for other tasks.",
    "任务的返回值或 xcom_push 推送的值会保存在这里供其他任务使用。",
  ],
});

interface XCom {
  key: string;
  timestamp: string;
  map_index: number;
  task_id: string;
  dag_id: string;
  run_id: string;
}

function address(row: XCom): string {
  return (
    url`/api/v2/dags/${row.dag_id}/dagRuns/${row.run_id}/taskInstances/${row.task_id}` +
    url`/xcomEntries/${row.key}?map_index=${row.map_index}`
  );
}

export function XComs() {
  const t = useStrings(S);
  const [dag] = useSearchState("dag");
  const [run] = useSearchState("run");
  const [task] = useSearchState("task");
  const [shown, show] = useState<XCom | null>(null);
  const columns: Column<XCom>[] = [
    {
      key: "key",
      head: t("key"),
      order: "key",
      cell: (row) => (
        <button
          type="button"
          className="link mono"
          aria-label={t("show", { key: row.key })}
          title={t("show", { key: row.key })}
          onClick={() => show(row)}
        >
          {row.key}
        </button>
      ),
    },
    { key: "dag", head: "DAG", wide: true, cell: (row) => <DagLink dagId={row.dag_id} /> },
    {
      key: "task",
      head: t("task"),
      order: "task_id",
      cell: (row) => (
        <InstanceLink
          dagId={row.dag_id}
          runId={row.run_id}
          taskId={row.task_id}
          mapIndex={row.map_index}
          tab="xcom"
        />
      ),
    },
    {
      key: "run",
      head: t("run"),
      wide: true,
      cell: (row) => <RunLink dagId={row.dag_id} runId={row.run_id} />,
    },
    { key: "when", head: t("when"), order: "id", cell: (row) => <Time at={row.timestamp} /> },
  ];
  return (
    <>
      <RestList<XCom>
        title={["XComs", "XCom"]}
        sentence={["Values that tasks left for others.", "任务留给其他任务的值。"]}
        path={url`/api/v2/dags/${dag || "~"}/dagRuns/${run || "~"}/taskInstances/${task || "~"}/xcomEntries`}
        field="xcom_entries"
        order="-id"
        id={(row) => `${row.dag_id} ${row.run_id} ${row.task_id} ${row.map_index} ${row.key}`}
        columns={columns}
        filters={[
          inPath("dag", ["DAG", "DAG"]),
          inPath("run", ["Run", "运行"]),
          inPath("task", ["Task", "任务"]),
          contains("key", ["Key contains", "键包含"], "xcom_key_pattern"),
        ]}
        bulk={[
          {
            key: "delete",
            label: ["Delete", "删除"],
            danger: true,
            act: (row) => ui(address(row), { method: "DELETE" }),
          },
        ]}
        empty={
          <Empty title={t("none")} command={'context["ti"].xcom_push("rows", 42)'}>
            {t("teach")}
          </Empty>
        }
      />
      <Modal
        opened={shown !== null}
        onClose={() => show(null)}
        title={<strong className="mono">{shown?.key}</strong>}
        size="xl"
      >
        {shown && <Value of={shown} />}
      </Modal>
    </>
  );
}

function Value({ of }: { of: XCom }) {
  const t = useStrings(S);
  const value = useQuery({
    queryKey: ["xcom", address(of)],
    queryFn: () => ui<{ value: unknown }>(address(of)),
    staleTime: 0,
  });
  return (
    <>
      <Facts
        rows={[
          ["DAG", of.dag_id],
          [t("run"), of.run_id],
          [t("task"), of.map_index >= 0 ? `${of.task_id} [${of.map_index}]` : of.task_id],
          [t("when"), <Time key="at" at={of.timestamp} />],
        ]}
      />
      <div style={{ marginTop: 12 }}>
        <Await of={value} lines={3}>
          {(data) => <Json value={data.value} />}
        </Await>
      </div>
    </>
  );
}
