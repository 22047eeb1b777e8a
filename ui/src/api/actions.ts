/** Everything a person can do to DAGs, runs and task instances. */
import { api, ask, type Schemas } from "./client";
import type { InstanceId } from "./queries";

/** A task instance; what a change answers with says nothing of triggers. */
export type Instance = Omit<Schemas["InstanceAnswer"], "trigger" | "triggerer_job">;
export type Run = Schemas["RunAnswer"];

export const setPaused = (dagId: string, paused: boolean) =>
  ask(
    api.PATCH("/api/v2/dags/{dag_id}", {
      params: { path: { dag_id: dagId } },
      body: { is_paused: paused },
    }),
  );

export const setFavorite = (dagId: string, liked: boolean) => {
  const params = { params: { path: { dag_id: dagId } } };
  return liked
    ? ask(api.POST("/api/v2/dags/{dag_id}/favorite", params))
    : ask(api.POST("/api/v2/dags/{dag_id}/unfavorite", params));
};

export const trigger = (dagId: string, body: Schemas["TriggerBody"] = {}) =>
  ask(api.POST("/api/v2/dags/{dag_id}/dagRuns", { params: { path: { dag_id: dagId } }, body }));

export const deleteRun = (dagId: string, runId: string) =>
  ask(
    api.DELETE("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
      params: { path: { dag_id: dagId, dag_run_id: runId } },
    }),
  );

export const markRun = (dagId: string, runId: string, state: "success" | "failed" | "queued") =>
  ask(
    api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
      params: { path: { dag_id: dagId, dag_run_id: runId } },
      body: { state },
    }),
  );

export const noteRun = (dagId: string, runId: string, note: string | null) =>
  ask(
    api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}", {
      params: { path: { dag_id: dagId, dag_run_id: runId } },
      body: { note },
    }),
  );

export interface ClearOptions {
  onlyFailed?: boolean;
  upstream?: boolean;
  downstream?: boolean;
  past?: boolean;
  future?: boolean;
}

/** Let tasks of a run run again; with `dryRun`, which would. No tasks named: all of the run. */
export async function clearTasks(
  dagId: string,
  runId: string,
  tasks: (string | [string, number])[] | undefined,
  options: ClearOptions,
  dryRun: boolean,
): Promise<Instance[]> {
  const answer = await ask(
    api.POST("/api/v2/dags/{dag_id}/clearTaskInstances", {
      params: { path: { dag_id: dagId } },
      body: {
        dry_run: dryRun,
        dag_run_id: runId,
        task_ids: tasks as never,
        only_failed: options.onlyFailed ?? false,
        include_upstream: options.upstream ?? false,
        include_downstream: options.downstream ?? false,
        include_past: options.past ?? false,
        include_future: options.future ?? false,
        reset_dag_runs: true,
      },
    }),
  );
  return answer.task_instances;
}

export interface MarkOptions {
  upstream?: boolean;
  downstream?: boolean;
  past?: boolean;
  future?: boolean;
}

/** Set a task instance's state by hand; with `dryRun`, which would be set. */
export async function markTask(
  id: InstanceId,
  state: "success" | "failed" | "skipped",
  options: MarkOptions,
  dryRun: boolean,
): Promise<Instance[]> {
  const path = { dag_id: id.dagId, dag_run_id: id.runId, task_id: id.taskId };
  const query = id.mapIndex >= 0 ? { map_index: id.mapIndex } : {};
  const body = {
    new_state: state,
    include_upstream: options.upstream ?? false,
    include_downstream: options.downstream ?? false,
    include_past: options.past ?? false,
    include_future: options.future ?? false,
  } as Schemas["InstancePatch"];
  const params = { path, query } as never;
  const answer = dryRun
    ? await ask(
        api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/dry_run", {
          params,
          body,
        }),
      )
    : await ask(
        api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
          params,
          body,
        }),
      );
  return answer.task_instances;
}

export const noteInstance = (id: InstanceId, note: string | null) =>
  ask(
    api.PATCH("/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}", {
      params: {
        path: { dag_id: id.dagId, dag_run_id: id.runId, task_id: id.taskId },
        query: id.mapIndex >= 0 ? { map_index: id.mapIndex } : {},
      } as never,
      body: { note } as Schemas["InstancePatch"],
    }),
  );
