/** What each role may do, and what DAGs grant to roles by themselves. */
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { ui } from "@/api/client";
import { strings, usePair, useStrings } from "@/app/i18n";
import { Await, Empty, PageHead } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink } from "@/components/Link";
import { exactly, RestList } from "@/pages/lists/RestList";
import { RoleDialog } from "./RoleDialog";
import { ACTIONS, BUILT_IN, RESOURCES, type Role, rowsOf, sorted } from "./roleRights";

const S = strings({
  title: ["Roles", "角色"],
  sentence: [
    "Each built-in role may do what the one before it may, and more.",
    "每个内置角色都包含前一角色的权限。",
  ],
  add: ["New role", "新建角色"],
  change: ["Change role {name}", "修改角色 {name}"],
  what: ["What", "对象"],
  none: ["nothing", "无"],
  every: ["everything", "全部"],
  grants: ["What DAGs grant by themselves", "DAG 自身授予的权限"],
  role: ["Role", "角色"],
  action: ["May", "权限"],
  noGrant: ["No DAG grants anything to a role", "没有 DAG 向角色授权"],
  teach: [
    "access_control= of a DAG lets a role that may not see every DAG see or change this one.",
    "DAG 的 access_control= 可让无权查看所有 DAG 的角色查看或修改该 DAG。",
  ],
  read: ["read", "查看"],
  edit: ["edit", "编辑"],
  delete: ["delete", "删除"],
  trigger: ["trigger runs", "触发运行"],
  read_runs: ["read runs", "查看运行"],
  edit_runs: ["edit runs", "编辑运行"],
  delete_runs: ["delete runs", "删除运行"],
});

interface Grant {
  dag_id: string;
  role: string;
  action: string;
}

export function Roles() {
  const t = useStrings(S);
  const [edited, edit] = useState<Role | "new" | null>(null);
  const roles = useQuery({
    queryKey: ["roles", "rights"],
    queryFn: async () => (await ui<{ roles: Role[] }>("/auth/fab/v1/roles")).roles,
    retry: false,
  });
  const rows = useMemo(() => rowsOf(roles.data ?? []), [roles.data]);
  const columns: Column<Grant>[] = [
    { key: "dag", head: "DAG", order: "dag_id", cell: (row) => <DagLink dagId={row.dag_id} /> },
    { key: "role", head: t("role"), order: "role", cell: (row) => row.role },
    {
      key: "action",
      head: t("action"),
      order: "action",
      cell: (row) => (row.action in S ? t(row.action as "read") : row.action),
    },
  ];
  const head = (
    <>
      <PageHead
        title={t("title")}
        sentence={t("sentence")}
        actions={
          <Button
            leftSection={<Plus size={13} />}
            disabled={!roles.data}
            onClick={() => edit("new")}
          >
            {t("add")}
          </Button>
        }
      />
      <Await of={roles}>{(found) => <Matrix roles={found} onEdit={edit} />}</Await>
      <h2 className="list-title" style={{ marginTop: 20 }}>
        {t("grants")}
      </h2>
    </>
  );
  return (
    <>
      <RestList<Grant>
        title={["What DAGs grant by themselves", "DAG 自身授予的权限"]}
        head={head}
        path="/ui/grants"
        field="grants"
        order="dag_id"
        id={(row) => `${row.dag_id} ${row.role} ${row.action}`}
        columns={columns}
        filters={[
          exactly("dag", ["DAG", "DAG"], "dag_id"),
          exactly("role", ["Role", "角色"], "role"),
        ]}
        empty={
          <Empty title={t("noGrant")} command='DAG(..., access_control={"Analysts": {"can_read"}})'>
            {t("teach")}
          </Empty>
        }
      />
      {edited && (
        <RoleDialog
          role={edited === "new" ? undefined : edited}
          rows={rows}
          onClose={() => edit(null)}
        />
      )}
    </>
  );
}

/** Things down, roles across; the built-in ones first, from the least. */
function Matrix({ roles, onEdit }: { roles: Role[]; onEdit: (role: Role) => void }) {
  const t = useStrings(S);
  const pair = usePair();
  const rows = rowsOf(roles);
  const place = (role: Role) => BUILT_IN.indexOf(role.name) + 1 || BUILT_IN.length + 1;
  const shown = roles
    .filter((role) => role.name !== "Public" || role.actions.length > 0)
    .sort((a, b) => place(a) - place(b) || a.name.localeCompare(b.name));
  const rights = new Map(
    shown.map((role) => {
      const made = new Map<string, string[]>();
      for (const { action, resource } of role.actions) {
        made.set(resource.name, [...(made.get(resource.name) ?? []), action.name]);
      }
      return [role.name, made];
    }),
  );
  return (
    // Focusable so that a keyboard can scroll it.
    <div className="list-scroll" tabIndex={0} role="region" aria-label={t("title")}>
      <table className="list" aria-label={t("title")}>
        <thead>
          <tr>
            <th scope="col" className="corner">
              {t("what")}
            </th>
            {shown.map((role) => (
              <th key={role.name} scope="col">
                {BUILT_IN.includes(role.name) || role.name === "Public" ? (
                  role.name
                ) : (
                  <button
                    type="button"
                    className="link"
                    aria-label={t("change", { name: role.name })}
                    onClick={() => onEdit(role)}
                  >
                    {role.name}
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ resource, actions }) => (
            <tr key={resource}>
              <th scope="row" className="row-head">
                {pair(RESOURCES[resource] ?? [resource, resource])}
              </th>
              {shown.map((role) => {
                const mine = sorted(rights.get(role.name)?.get(resource) ?? []);
                return (
                  <td key={role.name}>
                    {mine.length === 0 ? (
                      <span className="faint">
                        <span aria-hidden>–</span>
                        <span className="visually-hidden">{t("none")}</span>
                      </span>
                    ) : mine.length === actions.length && mine.length > 1 ? (
                      t("every")
                    ) : (
                      mine.map((each) => pair(ACTIONS[each] ?? [each, each])).join(", ")
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
