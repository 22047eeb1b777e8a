/** Short notices of what happened; a person reads them, so they tell facts. */
import { createStore } from "./store";

export interface Toast {
  id: number;
  kind: "done" | "problem" | "pending";
  text: string;
  detail?: string;
}

let last = 0;
export const toasts = createStore<Toast[]>([]);

export function dismiss(id: number): void {
  toasts.set((before) => before.filter((each) => each.id !== id));
}

/** Show a notice; one with the same id is replaced. Problems stay until dismissed. */
export function toast(kind: Toast["kind"], text: string, detail?: string, id = ++last): number {
  toasts.set((before) => [...before.filter((each) => each.id !== id), { id, kind, text, detail }]);
  if (kind === "done") setTimeout(() => dismiss(id), 6000);
  return id;
}
