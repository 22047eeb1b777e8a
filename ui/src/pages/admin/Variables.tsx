/** Variables, with import and export as JSON files. */
import { Button, FileButton } from "@mantine/core";
import { Download, Plus, Upload } from "lucide-react";
import { useState } from "react";
import { ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { useAction } from "@/components/useAction";
import { EditDialog, type Field, type Values } from "@/pages/lists/EditDialog";
import { contains, RestList } from "@/pages/lists/RestList";
import { readVariables, saveFile } from "./files";

const S = strings({
  add: ["New variable", "新建变量"],
  edit: ["Variable {name}", "变量 {name}"],
  import: ["Import", "导入"],
  export: ["Export", "导出"],
  imported: ["{n} {n|variable|variables} kept", "已导入 {n} 个变量"],
  exported: [
    "{n} {n|variable|variables} written; secrets stay masked",
    "已导出 {n} 个变量；机密值保持隐藏",
  ],
  key: ["Key", "键"],
  value: ["Value", "值"],
  description: ["Description", "描述"],
  none: ["No variable fits", "没有符合条件的变量"],
  teach: [
    "DAG files read variables with Variable.get(key) or {{ var.value.key }}.",
    "DAG 文件通过 Variable.get(key) 或模板读取变量。",
  ],
});

interface Variable {
  key: string;
  value: string | null;
  description: string | null;
}

const PATH = "/api/v2/variables";
const EXPORT_PAGE = 100;
const FIELDS: Field[] = [
  { name: "key", label: ["Key", "键"], required: true, fixed: true },
  {
    name: "value",
    label: ["Value", "值"],
    kind: "area",
    help: [
      "Text or JSON. *** keeps the secret that is there.",
      "文本或 JSON。*** 表示保留现有机密值。",
    ],
  },
  { name: "description", label: ["Description", "描述"] },
];

async function everyVariable(): Promise<Record<string, string | null>> {
  const found: Record<string, string | null> = {};
  for (let offset = 0; ; offset += EXPORT_PAGE) {
    const page = await ui<{ variables: Variable[]; total_entries: number }>(
      `${PATH}?limit=${EXPORT_PAGE}&offset=${offset}&order_by=id`,
    );
    for (const row of page.variables) found[row.key] = row.value;
    if (!page.variables.length || offset + EXPORT_PAGE >= page.total_entries) return found;
  }
}

export function Variables() {
  const t = useStrings(S);
  const [edited, edit] = useState<Variable | "new" | null>(null);
  const before = edited && edited !== "new" ? edited : undefined;
  const take = useAction({
    act: async (file: File) => {
      const entities = readVariables(await file.text());
      const actions = [{ action: "create", entities, action_on_existence: "overwrite" }];
      await ui(PATH, { method: "PATCH", json: { actions } });
      return entities.length;
    },
    done: (n) => t("imported", { n }),
    touches: () => [["list", PATH]],
  });
  const give = useAction({
    act: async () => {
      const all = await everyVariable();
      saveFile("variables.json", JSON.stringify(all, null, 2), "application/json");
      return Object.keys(all).length;
    },
    done: (n) => t("exported", { n }),
  });
  const columns: Column<Variable>[] = [
    {
      key: "key",
      head: t("key"),
      order: "key",
      cell: (row) => (
        <button type="button" className="link" onClick={() => edit(row)}>
          {row.key}
        </button>
      ),
    },
    { key: "value", head: t("value"), cell: (row) => <code className="clip">{row.value}</code> },
    { key: "description", head: t("description"), wide: true, cell: (row) => row.description },
  ];
  return (
    <>
      <RestList<Variable>
        title={["Variables", "变量"]}
        sentence={["Values that DAG files read.", "DAG 文件读取的值。"]}
        path={PATH}
        field="variables"
        order="key"
        id={(row) => row.key}
        columns={columns}
        filters={[contains("key", ["Key contains", "键包含"], "variable_key_pattern")]}
        bulk={[
          {
            key: "delete",
            label: ["Delete", "删除"],
            danger: true,
            act: (row) => ui(url`/api/v2/variables/${row.key}`, { method: "DELETE" }),
          },
        ]}
        actions={
          <>
            <FileButton
              accept=".json,application/json"
              onChange={(file) => file && take.mutate(file)}
            >
              {(button) => (
                <Button
                  {...button}
                  variant="default"
                  loading={take.isPending}
                  leftSection={<Upload size={13} />}
                >
                  {t("import")}
                </Button>
              )}
            </FileButton>
            <Button
              variant="default"
              loading={give.isPending}
              leftSection={<Download size={13} />}
              onClick={() => give.mutate(undefined)}
            >
              {t("export")}
            </Button>
            <Button leftSection={<Plus size={13} />} onClick={() => edit("new")}>
              {t("add")}
            </Button>
          </>
        }
        empty={
          <Empty title={t("none")} command="airflow variables set region eu">
            {t("teach")}
          </Empty>
        }
      />
      <EditDialog
        opened={edited !== null}
        onClose={() => edit(null)}
        title={before ? t("edit", { name: before.key }) : t("add")}
        fields={FIELDS}
        before={before && { key: before.key, value: before.value, description: before.description }}
        name={(values) => String(values.key)}
        save={(values: Values) =>
          before
            ? ui(url`/api/v2/variables/${before.key}`, { method: "PATCH", json: values })
            : ui(PATH, { method: "POST", json: { value: "", ...values } })
        }
        touches={[["list", PATH]]}
      />
    </>
  );
}
