/** Which run the graph and the Gantt chart show: the newest, unless another is chosen. */
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lastRunsQuery } from "@/api/queries";
import type { GridRun } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { useSearchParams } from "@/app/search";
import { lookOf } from "@/app/states";
import { minute } from "@/app/time";
import { StateChip } from "@/components/StateChip";

const S = strings({ run: ["Run", "运行"] });

export function useChosenRun(dagId: string): {
  runs: GridRun[];
  chosen: GridRun | undefined;
  asked: string | undefined;
} {
  const [search] = useSearchParams();
  const runs = useQuery(lastRunsQuery(dagId)).data?.runs ?? [];
  const asked = search.run as string | undefined;
  return { runs, chosen: asked ? runs.find((each) => each.run_id === asked) : runs.at(-1), asked };
}

export function RunPicker({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const pair = usePair();
  const { zone } = usePrefs();
  const [, change] = useSearchParams();
  const { runs, chosen, asked } = useChosenRun(dagId);
  const value = asked ?? chosen?.run_id ?? null;
  const data = [...runs].reverse().map((each) => ({
    value: each.run_id,
    label: `${minute(each.run_after, zone)} · ${each.run_type} · ${pair(lookOf(each.state).word)}`,
  }));
  if (asked && !runs.some((each) => each.run_id === asked))
    data.push({ value: asked, label: asked });
  if (!data.length) return null;
  return (
    <span style={{ display: "inline-flex", gap: 8, alignItems: "center" }}>
      <Select
        aria-label={t("run")}
        value={value}
        onChange={(run) => change({ run: run ?? undefined, map: undefined })}
        data={data}
        w={330}
        maw="70vw"
        allowDeselect={false}
      />
      {chosen && <StateChip state={chosen.state} />}
    </span>
  );
}
