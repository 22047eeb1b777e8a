/** What is selected in the grid or the graph: a run, or a task in a run. */
import { CloseButton } from "@mantine/core";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams } from "@/app/search";
import { InstanceView } from "@/pages/instance/InstanceView";
import { RunView } from "@/pages/run/RunView";

const S = strings({ close: ["Close the panel", "关闭面板"], label: ["Selection", "所选内容"] });

export function Selected({ dagId, run, task }: { dagId: string; run?: string; task?: string }) {
  const t = useStrings(S);
  const [search, change] = useSearchParams();
  const map = Number(search.map ?? -1);
  return (
    <section className="panel selected-panel" aria-label={t("label")}>
      <CloseButton
        className="close"
        aria-label={t("close")}
        onClick={() => change({ run: undefined, task: undefined, map: undefined, tab: undefined })}
      />
      {run && task ? (
        <InstanceView
          key={`${run} ${task} ${map}`}
          id={{ dagId, runId: run, taskId: task, mapIndex: map }}
          compact
        />
      ) : run ? (
        <RunView key={run} dagId={dagId} runId={run} compact />
      ) : null}
    </section>
  );
}
