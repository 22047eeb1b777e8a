import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import { GanttView } from "./GanttView";
import { RunPicker, useChosenRun } from "./RunPicker";

const S = strings({ none: ["No run yet", "尚无运行"] });

export function GanttTab({ dagId }: { dagId: string }) {
  const t = useStrings(S);
  const { chosen, asked } = useChosenRun(dagId);
  const run = asked ?? chosen?.run_id;
  return (
    <>
      <div style={{ marginBottom: 8 }}>
        <RunPicker dagId={dagId} />
      </div>
      {run ? <GanttView dagId={dagId} runId={run} /> : <Empty title={t("none")} />}
    </>
  );
}
