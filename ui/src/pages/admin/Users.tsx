/** Users, and which roles they have. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { Time } from "@/components/Time";
import { EditDialog, type Field, type Values } from "@/pages/lists/EditDialog";
import { contains, RestList } from "@/pages/lists/RestList";

const S = strings({
  add: ["New user", "新建用户"],
  edit: ["User {name}", "用户 {name}"],
  username: ["User name", "用户名"],
  email: ["Email", "邮箱"],
  name: ["Name", "姓名"],
  roles: ["Roles", "角色"],
  active: ["Active", "启用"],
  yes: ["yes", "是"],
  no: ["no", "否"],
  last: ["Last sign-in", "上次登录"],
  none: ["No user fits", "没有符合条件的用户"],
  teach: [
    "Viewer looks, User works with DAGs, Op operates the installation, Admin administers it.",
    "Viewer 查看，User 操作 DAG，Op 运维系统，Admin 管理系统。",
  ],
});

interface User {
  username: string;
  email: string;
  first_name: string;
  last_name: string;
  roles: { name: string }[];
  active: boolean;
  last_login: string | null;
}

const PATH = "/auth/fab/v1/users";
const ROLES = "/auth/fab/v1/roles";

function fields(roles: string[], isNew: boolean): Field[] {
  return [
    { name: "username", label: ["User name", "用户名"], required: true, fixed: true },
    { name: "first_name", label: ["First name", "名"] },
    { name: "last_name", label: ["Last name", "姓"] },
    { name: "email", label: ["Email", "邮箱"] },
    { name: "roles", label: ["Roles", "角色"], kind: "many", choices: roles },
    {
      name: "password",
      label: ["Password", "密码"],
      kind: "password",
      required: isNew,
      help: isNew ? undefined : ["Left empty, it stays.", "留空则不变。"],
    },
    ...(isNew
      ? []
      : [{ name: "active", label: ["May sign in", "允许登录"], kind: "check" } as Field]),
  ];
}

/** As the server takes it: roles by name, and no password where none was typed. */
function body({ roles, password, ...rest }: Values): Values {
  const named = ((roles as string[] | undefined) ?? []).map((name) => ({ name }));
  return { ...rest, roles: named, ...(password ? { password } : {}) };
}

export function Users() {
  const t = useStrings(S);
  const [edited, edit] = useState<User | "new" | null>(null);
  const before = edited && edited !== "new" ? edited : undefined;
  const roles = useQuery({
    queryKey: ["roles"],
    queryFn: () => ui<{ roles: { name: string }[] }>(ROLES),
  });
  const names = roles.data?.roles.map((role) => role.name) ?? [];
  const columns: Column<User>[] = [
    {
      key: "username",
      head: t("username"),
      order: "username",
      cell: (row) => (
        <button type="button" className="link" onClick={() => edit(row)}>
          {row.username}
        </button>
      ),
    },
    { key: "roles", head: t("roles"), cell: (row) => row.roles.map((r) => r.name).join(", ") },
    {
      key: "name",
      head: t("name"),
      wide: true,
      cell: (row) => `${row.first_name} ${row.last_name}`,
    },
    { key: "email", head: t("email"), wide: true, cell: (row) => row.email },
    { key: "active", head: t("active"), cell: (row) => t(row.active ? "yes" : "no") },
    { key: "last", head: t("last"), wide: true, cell: (row) => <Time at={row.last_login} /> },
  ];
  return (
    <>
      <RestList<User>
        title={["Users", "用户"]}
        sentence={["Who may sign in, and what they may do.", "谁可以登录以及可以做什么。"]}
        path={PATH}
        field="users"
        order="username"
        id={(row) => row.username}
        columns={columns}
        filters={[contains("name", ["Name contains", "名称包含"], "username_pattern")]}
        bulk={[
          {
            key: "delete",
            label: ["Delete", "删除"],
            danger: true,
            act: (row) => ui(url`/auth/fab/v1/users/${row.username}`, { method: "DELETE" }),
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
            command="airflow users create -u ann -r Viewer -e ann@example.com -f Ann -l Lee"
          >
            {t("teach")}
          </Empty>
        }
      />
      <EditDialog
        opened={edited !== null}
        onClose={() => edit(null)}
        title={before ? t("edit", { name: before.username }) : t("add")}
        fields={fields(names, !before)}
        initial={{ roles: ["Viewer"] }}
        before={before && pick(before)}
        name={(values) => String(values.username)}
        save={(values) =>
          before
            ? ui(url`/auth/fab/v1/users/${before.username}`, {
                method: "PATCH",
                json: body(values),
              })
            : ui(PATH, { method: "POST", json: body(values) })
        }
        touches={[["list", PATH]]}
      />
    </>
  );
}

function pick({ username, first_name, last_name, email, roles, active }: User): Values {
  return {
    username,
    first_name,
    last_name,
    email,
    active,
    roles: roles.map((role) => role.name),
  };
}
