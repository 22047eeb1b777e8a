/** Pools: how many slots, and who takes them. */
import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { EditDialog, type Field, type Values } from "@/pages/lists/EditDialog";
import { contains, RestList } from "@/pages/lists/RestList";

const S = strings({
  add: ["New pool", "新建资源池"],
  edit: ["Pool {name}", "资源池 {name}"],
  name: ["Name", "名称"],
  slots: ["Slots", "槽位"],
  running: ["Running", "运行中"],
  queued: ["Queued", "已排队"],
  scheduled: ["Waiting", "等待中"],
  deferred: ["Deferred", "已延迟"],
  open: ["Free", "空闲"],
  description: ["Description", "描述"],
  none: ["No pool fits", "没有符合条件的资源池"],
  teach: [
    "A pool limits how many task instances that name it run at once.",
    "资源池限制使用它的任务同时运行的数量。",
  ],
});

interface Pool {
  name: string;
  slots: number;
  description: string | null;
  include_deferred: boolean;
  running_slots: number;
  queued_slots: number;
  scheduled_slots: number;
  deferred_slots: number;
  open_slots: number;
}

const PATH = "/api/v2/pools";
const FIELDS: Field[] = [
  { name: "name", label: ["Name", "名称"], required: true, fixed: true },
  {
    name: "slots",
    label: ["Slots", "槽位"],
    kind: "number",
    required: true,
    help: ["-1: without limit", "-1 表示不限制"],
  },
  { name: "description", label: ["Description", "描述"] },
  {
    name: "include_deferred",
    label: ["Deferred tasks keep their slot", "延迟任务占用槽位"],
    kind: "check",
  },
];
const LIVE_MS = 3000;

function slotsText(slots: number): string {
  return slots < 0 ? "∞" : String(slots);
}

export function Pools() {
  const t = useStrings(S);
  const [edited, edit] = useState<Pool | "new" | null>(null);
  const before = edited && edited !== "new" ? edited : undefined;
  const columns: Column<Pool>[] = [
    {
      key: "name",
      head: t("name"),
      order: "name",
      cell: (row) => (
        <button type="button" className="link" onClick={() => edit(row)}>
          {row.name}
        </button>
      ),
    },
    {
      key: "slots",
      head: t("slots"),
      numeric: true,
      cell: (row) => slotsText(row.slots),
    },
    { key: "running", head: t("running"), numeric: true, cell: (row) => row.running_slots },
    { key: "queued", head: t("queued"), numeric: true, cell: (row) => row.queued_slots },
    {
      key: "scheduled",
      head: t("scheduled"),
      numeric: true,
      wide: true,
      cell: (row) => row.scheduled_slots,
    },
    {
      key: "deferred",
      head: t("deferred"),
      numeric: true,
      wide: true,
      cell: (row) => row.deferred_slots,
    },
    { key: "open", head: t("open"), numeric: true, cell: (row) => slotsText(row.open_slots) },
    { key: "description", head: t("description"), wide: true, cell: (row) => row.description },
  ];
  function save(values: Values): Promise<unknown> {
    if (!before) return ui(PATH, { method: "POST", json: values });
    const { slots, description, include_deferred } = values;
    // Of the default pool only the size can change.
    const json =
      before.name === "default_pool"
        ? { slots, include_deferred }
        : { slots, description, include_deferred };
    return ui(url`/api/v2/pools/${before.name}`, { method: "PATCH", json });
  }
  return (
    <>
      <RestList<Pool>
        title={["Pools", "资源池"]}
        sentence={["Limits across DAGs, live.", "跨 DAG 的并发限制，实时更新。"]}
        path={PATH}
        field="pools"
        order="name"
        id={(row) => row.name}
        columns={columns}
        filters={[contains("name", ["Name contains", "名称包含"], "pool_name_pattern")]}
        everyMs={LIVE_MS}
        bulk={[
          {
            key: "delete",
            label: ["Delete", "删除"],
            danger: true,
            act: (row) => ui(url`/api/v2/pools/${row.name}`, { method: "DELETE" }),
          },
        ]}
        actions={
          <Button leftSection={<Plus size={13} />} onClick={() => edit("new")}>
            {t("add")}
          </Button>
        }
        empty={
          <Empty title={t("none")} command="airflow pools set small 2 'two at a time'">
            {t("teach")}
          </Empty>
        }
      />
      <EditDialog
        opened={edited !== null}
        onClose={() => edit(null)}
        title={before ? t("edit", { name: before.name }) : t("add")}
        fields={FIELDS}
        initial={{ slots: 1, include_deferred: false }}
        before={before && pick(before)}
        name={(values) => String(values.name)}
        save={save}
        touches={[["list", PATH]]}
      />
    </>
  );
}

function pick({ name, slots, description, include_deferred }: Pool): Values {
  return { name, slots, description, include_deferred };
}
