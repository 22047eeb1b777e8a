/** The file as it is, as it was in each version, and what changed. */
import { Group, Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { api, ask, query, ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { useSearchState } from "@/app/search";
import { minute } from "@/app/time";
import { Await } from "@/components/Blocks";
import { python } from "@/components/Python";
import { diff } from "./diff";

const S = strings({
  version: ["Version", "版本"],
  versionN: ["Version {n} · {at}", "版本 {n} · {at}"],
  against: ["Compare with", "对比"],
  nothing: ["no comparison", "不对比"],
  same: [
    "These versions have the same text: what changed lies in another file, or in how the file was read.",
    "这些版本的文本相同：变化在其他文件中，或在于文件的读取方式。",
  ],
});

function useSource(dagId: string, version: string) {
  return useQuery({
    queryKey: ["dag", dagId, "source", version],
    queryFn: () =>
      ui<{ content: string | null }>(
        url`/api/v2/dagSources/${dagId}` + query({ version_number: version }),
      ),
  });
}

export function CodeTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const { zone } = usePrefs();
  const [version, setVersion] = useSearchState("version");
  const [against, setAgainst] = useSearchState("against");
  const versions = useQuery({
    queryKey: ["dag", dagId, "versions"],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagVersions", {
          params: { path: { dag_id: dagId }, query: { limit: 100 } },
        }),
      ),
  });
  const source = useSource(dagId, version);
  const other = useSource(dagId, against);
  const choices = [...(versions.data?.dag_versions ?? [])]
    .sort((a, b) => b.version_number - a.version_number)
    .map((each) => ({
      value: String(each.version_number),
      label: t("versionN", { n: each.version_number, at: minute(each.created_at, zone) }),
    }));
  return (
    <>
      <Group gap="xs" mb="sm">
        <Select
          aria-label={t("version")}
          data={choices}
          value={version || choices[0]?.value || null}
          onChange={(value) => setVersion(value ?? undefined)}
          w={230}
          allowDeselect={false}
        />
        <Select
          aria-label={t("against")}
          placeholder={t("nothing")}
          data={choices}
          value={against || null}
          onChange={(value) => setAgainst(value ?? undefined)}
          clearable
          w={230}
        />
      </Group>
      <Await of={source} lines={14}>
        {(data) =>
          against && other.data ? (
            <Difference before={other.data.content ?? ""} after={data.content ?? ""} />
          ) : (
            <Source text={data.content ?? ""} />
          )
        }
      </Await>
    </>
  );
}

function Source({ text }: { text: string }) {
  const shown = useMemo(() => python(text), [text]);
  const lines = text.split("\n").length;
  return (
    <div className="code" tabIndex={0} role="region" aria-label="Python">
      <pre aria-hidden className="code-numbers">
        {Array.from({ length: lines }, (_, index) => index + 1).join("\n")}
      </pre>
      <pre>{shown}</pre>
    </div>
  );
}

function Difference({ before, after }: { before: string; after: string }) {
  const t = useStrings(S);
  const lines = useMemo(() => diff(before, after), [before, after]);
  if (lines.every((line) => line.kind === "same")) return <p className="soft">{t("same")}</p>;
  return (
    <div className="code diff" role="region" aria-label="diff" tabIndex={0}>
      <div>
        {lines.map((line, index) => (
          <div key={index} className={line.kind}>
            <span aria-hidden>{{ same: " ", added: "+", removed: "−" }[line.kind]}</span>
            {line.text || " "}
          </div>
        ))}
      </div>
    </div>
  );
}
