/** Old mails name a run by its logical date: find it and go there. */
import { useQuery } from "@tanstack/react-query";
import { Navigate, useParams, useSearch } from "@tanstack/react-router";
import { api, ask } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Await, Empty } from "@/components/Blocks";

const S = strings({ none: ["No run has this logical date", "没有此逻辑日期的运行"] });

export function FindRun() {
  const t = useStrings(S);
  const { dagId = "" } = useParams({ strict: false }) as Record<string, string>;
  const { at = "", task, tab } = useSearch({ strict: false }) as Record<string, string>;
  const found = useQuery({
    queryKey: ["dag", dagId, "find", at],
    queryFn: () =>
      ask(
        api.GET("/api/v2/dags/{dag_id}/dagRuns", {
          params: {
            path: { dag_id: dagId },
            query: { logical_date_gte: at, logical_date_lte: at, limit: 1 } as never,
          },
        }),
      ),
  });
  return (
    <div className="page">
      <Await of={found}>
        {(data) => {
          const runId = data.dag_runs[0]?.dag_run_id;
          if (!runId) return <Empty title={t("none")}>{at}</Empty>;
          return task ? (
            <Navigate
              to="/dags/$dagId/runs/$runId/tasks/$taskId"
              params={{ dagId, runId, taskId: task }}
              search={{ tab } as never}
              replace
            />
          ) : (
            <Navigate to="/dags/$dagId/runs/$runId" params={{ dagId, runId }} replace />
          );
        }}
      </Await>
    </div>
  );
}
