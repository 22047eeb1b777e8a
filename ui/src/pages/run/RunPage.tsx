import { useParams } from "@tanstack/react-router";
import { RunView } from "./RunView";

export function RunPage() {
  const { dagId = "", runId = "" } = useParams({ strict: false }) as Record<string, string>;
  return (
    <div className="page">
      <RunView key={`${dagId} ${runId}`} dagId={dagId} runId={runId} />
    </div>
  );
}
