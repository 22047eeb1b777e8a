/** Connections, with a button that tries one before it is kept. */
import { Button, Group } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { CircleCheck, CircleX, Plus } from "lucide-react";
import { useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { EditDialog, type Field, type Values } from "@/pages/lists/EditDialog";
import { contains, RestList } from "@/pages/lists/RestList";

const S = strings({
  add: ["New connection", "新建连接"],
  edit: ["Connection {name}", "连接 {name}"],
  try: ["Test", "测试"],
  id: ["Name", "名称"],
  type: ["Type", "类型"],
  host: ["Host", "主机"],
  port: ["Port", "端口"],
  login: ["Login", "用户名"],
  description: ["Description", "描述"],
  none: ["No connection fits", "没有符合条件的连接"],
  teach: [
    "A connection keeps address and secrets of another system; tasks name it by conn_id.",
    "连接保存其他系统的地址与机密；任务通过 conn_id 引用。",
  ],
});

interface Connection {
  connection_id: string;
  conn_type: string;
  description: string | null;
  host: string | null;
  login: string | null;
  schema: string | null;
  port: number | null;
  password: string | null;
  extra: string | null;
}

const PATH = "/api/v2/connections";
const KEPT = ["*** keeps the secret that is there.", "*** 表示保留现有机密值。"] as const;
const FIELDS: Field[] = [
  {
    name: "connection_id",
    label: ["Name (conn_id)", "名称 (conn_id)"],
    required: true,
    fixed: true,
  },
  {
    name: "conn_type",
    label: ["Type", "类型"],
    required: true,
    help: ["postgres, mysql, sqlite, http, ssh ...", "postgres、mysql、sqlite、http、ssh 等"],
  },
  { name: "host", label: ["Host", "主机"] },
  { name: "port", label: ["Port", "端口"], kind: "number" },
  { name: "schema", label: ["Schema or database", "模式或数据库"] },
  { name: "login", label: ["Login", "用户名"] },
  { name: "password", label: ["Password", "密码"], kind: "password", help: KEPT },
  { name: "extra", label: ["Extra (JSON)", "附加 (JSON)"], kind: "area", help: KEPT },
  { name: "description", label: ["Description", "描述"] },
];

/** Fields left empty are none, not an empty text. */
function body(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, value === "" ? null : value]),
  );
}

function TryIt({ values }: { values: Values }) {
  const t = useStrings(S);
  const trial = useMutation({
    mutationFn: () =>
      ui<{ status: boolean; message: string }>(`${PATH}/test`, {
        method: "POST",
        json: body(values),
      }),
  });
  const { data, error } = trial;
  const text = error ? error.message : data?.message;
  const Icon = data?.status ? CircleCheck : CircleX;
  const colour = data?.status ? "var(--s-success)" : "var(--s-failed)";
  return (
    <Group gap="xs" mt="md" wrap="nowrap" align="flex-start">
      <Button
        variant="default"
        loading={trial.isPending}
        disabled={!values.conn_type || !values.connection_id}
        onClick={() => trial.mutate()}
      >
        {t("try")}
      </Button>
      {text !== undefined && (
        <span role="status" style={{ display: "flex", gap: 6 }}>
          <Icon size={16} color={colour} aria-hidden style={{ flex: "none", marginTop: 2 }} />
          <span>{text}</span>
        </span>
      )}
    </Group>
  );
}

export function Connections() {
  const t = useStrings(S);
  const [edited, edit] = useState<Connection | "new" | null>(null);
  const before = edited && edited !== "new" ? edited : undefined;
  const columns: Column<Connection>[] = [
    {
      key: "id",
      head: t("id"),
      order: "connection_id",
      cell: (row) => (
        <button type="button" className="link" onClick={() => edit(row)}>
          {row.connection_id}
        </button>
      ),
    },
    { key: "type", head: t("type"), order: "conn_type", cell: (row) => row.conn_type },
    { key: "host", head: t("host"), order: "host", cell: (row) => row.host },
    { key: "port", head: t("port"), numeric: true, wide: true, cell: (row) => row.port },
    { key: "login", head: t("login"), wide: true, cell: (row) => row.login },
    { key: "description", head: t("description"), wide: true, cell: (row) => row.description },
  ];
  return (
    <>
      <RestList<Connection>
        title={["Connections", "连接"]}
        sentence={["Where other systems are, and how to sign in.", "其他系统的地址与登录方式。"]}
        path={PATH}
        field="connections"
        order="connection_id"
        id={(row) => row.connection_id}
        columns={columns}
        filters={[contains("name", ["Name contains", "名称包含"], "connection_id_pattern")]}
        bulk={[
          {
            key: "delete",
            label: ["Delete", "删除"],
            danger: true,
            act: (row) => ui(url`/api/v2/connections/${row.connection_id}`, { method: "DELETE" }),
          },
        ]}
        actions={
          <Button leftSection={<Plus size={13} />} onClick={() => edit("new")}>
            {t("add")}
          </Button>
        }
        empty={
          <Empty
            title={t("none")}
            command="airflow connections add warehouse --conn-uri postgresql://user:secret@host/db"
          >
            {t("teach")}
          </Empty>
        }
      />
      <EditDialog
        opened={edited !== null}
        onClose={() => edit(null)}
        title={before ? t("edit", { name: before.connection_id }) : t("add")}
        fields={FIELDS}
        before={before && pick(before)}
        name={(values) => String(values.connection_id)}
        save={(values) =>
          before
            ? ui(url`/api/v2/connections/${before.connection_id}`, {
                method: "PATCH",
                json: body(values),
              })
            : ui(PATH, { method: "POST", json: body(values) })
        }
        touches={[["list", PATH]]}
        extra={(values) => <TryIt values={values} />}
      />
    </>
  );
}

function pick(row: Connection): Values {
  return Object.fromEntries(FIELDS.map(({ name }) => [name, row[name as keyof Connection]]));
}
