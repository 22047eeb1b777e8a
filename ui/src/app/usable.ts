/**
 * A page says when it can be used: what it was opened for is on the screen.
 *
 * `performance.getEntriesByName("usable:grid")` tells it in milliseconds since the navigation began;
 * the benchmark and people who look into a slow page read it.
 */
import { useEffect } from "react";

export type Part = "home" | "list" | "grid" | "graph" | "gantt" | "log" | "nothing";

export function useUsable(part: Part, ready = true): void {
  useEffect(() => {
    if (!ready) return;
    // The effect comes before the picture: two frames later it has been painted.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(() => performance.mark(`usable:${part}`));
    });
    return () => cancelAnimationFrame(frame);
  }, [part, ready]);
}
