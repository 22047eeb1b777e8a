import { useSearchParams } from "@/app/search";
import { Graph } from "./graph/Graph";
import { RunPicker, useChosenRun } from "./RunPicker";
import { Selected } from "./Selected";

export function GraphTab({ dagId }: { dagId: string }) {
  const [search] = useSearchParams();
  const { chosen, asked } = useChosenRun(dagId);
  const run = asked ?? chosen?.run_id;
  const task = search.task as string | undefined;
  return (
    <>
      <div style={{ marginBottom: 8 }}>
        <RunPicker dagId={dagId} />
      </div>
      <div className={`split ${run && task ? "open" : ""}`}>
        <Graph dagId={dagId} runId={run} height="calc(100vh - 310px)" />
        {run && task && <Selected dagId={dagId} run={run} task={task} />}
      </div>
    </>
  );
}
