/** Plugins that were found, and what each brings. */
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { RestList } from "@/pages/lists/RestList";

const S = strings({
  name: ["Name", "名称"],
  source: ["From", "来源"],
  brings: ["Brings", "提供"],
  none: ["There are no plugins", "没有插件"],
  teach: [
    "A plugin is a class in a file of the plugins folder, or of an installed package.",
    "插件是 plugins 目录或已安装软件包中的类。",
  ],
});

type Plugin = { name: string; source: string } & Record<string, unknown>;

function brings(plugin: Plugin): string {
  return Object.entries(plugin)
    .filter(([, value]) => Array.isArray(value) && value.length > 0)
    .map(([name, value]) => `${name} ${(value as unknown[]).length}`)
    .join(", ");
}

export function Plugins() {
  const t = useStrings(S);
  const columns: Column<Plugin>[] = [
    { key: "name", head: t("name"), cell: (row) => row.name },
    { key: "brings", head: t("brings"), cell: brings },
    { key: "source", head: t("source"), wide: true, cell: (row) => <code>{row.source}</code> },
  ];
  return (
    <RestList<Plugin>
      title={["Plugins", "插件"]}
      path="/api/v2/plugins"
      field="plugins"
      order=""
      id={(row) => row.name}
      columns={columns}
      empty={
        <Empty title={t("none")} command="airflow plugins">
          {t("teach")}
        </Empty>
      }
    />
  );
}
