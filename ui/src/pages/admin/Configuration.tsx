/** The configuration in force, secrets hidden. */
import { TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Await, Empty, PageHead } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";

const S = strings({
  title: ["Configuration", "配置"],
  sentence: [
    "What is in force, from defaults, airflow.cfg and the environment. Secrets are hidden.",
    "当前生效的配置，来自默认值、airflow.cfg 与环境变量。机密值已隐藏。",
  ],
  search: ["Option contains", "选项包含"],
  section: ["Section", "节"],
  option: ["Option", "选项"],
  value: ["Value", "值"],
  none: ["No option fits", "没有符合条件的选项"],
});

interface Option {
  section: string;
  key: string;
  value: string;
}

interface Answer {
  sections: { name: string; options: { key: string; value: string }[] }[];
}

export function Configuration() {
  const t = useStrings(S);
  const [wanted, want] = useSearchState("q");
  const config = useQuery({
    queryKey: ["config"],
    queryFn: () => ui<Answer>("/api/v2/config"),
    retry: false,
  });
  const columns: Column<Option>[] = [
    { key: "section", head: t("section"), cell: (row) => row.section },
    { key: "option", head: t("option"), cell: (row) => <code>{row.key}</code> },
    { key: "value", head: t("value"), cell: (row) => <code>{row.value}</code> },
  ];
  return (
    <div className="page">
      <PageHead title={t("title")} sentence={t("sentence")} />
      <TextInput
        mb="sm"
        w={240}
        aria-label={t("search")}
        placeholder={t("search")}
        value={wanted}
        onChange={(event) => want(event.currentTarget.value || undefined)}
      />
      <Await of={config}>
        {(answer) => (
          <DataTable
            label={t("title")}
            rows={options(answer, wanted.toLowerCase())}
            columns={columns}
            id={(row) => `${row.section}.${row.key}`}
            empty={<Empty title={t("none")} command="airflow config list" />}
          />
        )}
      </Await>
    </div>
  );
}

function options(answer: Answer, wanted: string): Option[] {
  return answer.sections.flatMap(({ name, options }) =>
    options
      .filter((each) => `${name}.${each.key}`.toLowerCase().includes(wanted))
      .map((each) => ({ section: name, ...each })),
  );
}
