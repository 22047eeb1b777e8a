import { useParams } from "@tanstack/react-router";
import { InstanceView } from "./InstanceView";

export function InstancePage() {
  const { dagId, runId, taskId, mapIndex } = useParams({ strict: false }) as Record<string, string>;
  const index = mapIndex === undefined ? -1 : Number(mapIndex);
  return (
    <div className="page">
      <InstanceView
        key={`${dagId} ${runId} ${taskId} ${index}`}
        id={{ dagId: dagId ?? "", runId: runId ?? "", taskId: taskId ?? "", mapIndex: index }}
      />
    </div>
  );
}
