/**
 * The stream that says what changed. Queries that show it are asked again; nothing is polled while
 * the stream lives. A stream that drops is shown, tried again ever less often, and after it is back
 * everything on the screen is asked anew, so that nothing that happened meanwhile is missed.
 */
import type { QueryClient } from "@tanstack/react-query";
import { PREFIX } from "@/api/client";
import { isPatched, patch, type What } from "./patches";
import { createStore } from "./store";

export type LiveState = "connecting" | "live" | "lost";

export const live = createStore<{ state: LiveState; since: number }>({
  state: "connecting",
  since: Date.now(),
});

interface Changed {
  dags?: string[];
  runs?: [string, string][];
}

/** Between two rounds of asking, at least: a burst of changes is one round. */
const ROUND_MS = 250;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];
/** While the stream is lost, what is on the screen is asked at this interval instead. */
const WITHOUT_STREAM_MS = 10_000;

function set(state: LiveState): void {
  if (live.get().state !== state) live.set({ state, since: Date.now() });
}

/** Lists that may show any DAG. */
const LISTS = new Set(["home", "dags", "runs", "instances"]);

function concerns(key: readonly unknown[], dags: Set<string>, everything: boolean): boolean {
  if (everything || LISTS.has(String(key[0]))) return true;
  return (key[0] === "dag" || key[0] === "run") && dags.has(String(key[1]));
}

export function startLive(client: QueryClient): () => void {
  let source: EventSource | null = null;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let round: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let everything = false;
  let stopped = false;
  let what: What = { dags: new Set(), runs: new Map() };

  async function ask(): Promise<void> {
    round = undefined;
    busy = true;
    const [changed, all] = [what, everything];
    what = { dags: new Set(), runs: new Map() };
    everything = false;
    try {
      await Promise.all([
        all ? undefined : patch(client, changed),
        client.invalidateQueries({
          predicate: (query) =>
            concerns(query.queryKey, changed.dags, all) &&
            (all || !query.isActive() || !isPatched(query)),
        }),
      ]);
    } catch {
      everything = true; // a question failed: what is shown may be old
    } finally {
      busy = false;
      if (what.dags.size || everything) schedule();
    }
  }

  function schedule(): void {
    if (!busy && round === undefined) round = setTimeout(ask, ROUND_MS);
  }

  function connect(): void {
    if (stopped) return;
    source = new EventSource(`${PREFIX}/ui/events`);
    source.addEventListener("hello", () => {
      if (live.get().state === "lost") everything = true;
      failures = 0;
      set("live");
      if (everything) schedule();
    });
    source.addEventListener("changed", (event) => {
      const changed: Changed = JSON.parse((event as MessageEvent<string>).data);
      for (const dag of changed.dags ?? []) what.dags.add(dag);
      for (const [dag, run] of changed.runs ?? []) {
        what.dags.add(dag);
        const runs = what.runs.get(dag);
        if (runs) runs.add(run);
        else what.runs.set(dag, new Set([run]));
      }
      schedule();
    });
    source.onerror = () => {
      source?.close();
      set("lost");
      const pause = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
      failures += 1;
      timer = setTimeout(connect, pause);
    };
  }

  const fallback = setInterval(() => {
    if (live.get().state !== "lost" || document.hidden) return;
    everything = true;
    schedule();
  }, WITHOUT_STREAM_MS);

  connect();
  return () => {
    stopped = true;
    source?.close();
    clearTimeout(timer);
    clearTimeout(round);
    clearInterval(fallback);
  };
}
