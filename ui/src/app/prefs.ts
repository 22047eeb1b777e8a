/** What a person chose for themselves; kept in this browser. */
import { createStore, useStore } from "./store";

export type Language = "en" | "zh";

/** A list as somebody wants to see it again. */
export interface View {
  name: string;
  /** "?state=failed" */
  search: string;
}

export interface Prefs {
  language: Language;
  /** "local" (the browser's), or an IANA name such as "UTC" */
  zone: string;
  narrowNav: boolean;
  /** lists with their filters under a name, by the path of the page */
  views: Record<string, View[]>;
  /** ids of DAGs, as an earlier version kept them; they are kept on the server now */
  favorites?: string[];
}

const KEY = "venturi-prefs";

function load(): Prefs {
  const defaults: Prefs = {
    language: navigator.language.startsWith("zh") ? "zh" : "en",
    zone: "local",
    narrowNav: false,
    views: {},
  };
  try {
    return { ...defaults, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") };
  } catch {
    return defaults;
  }
}

export const prefs = createStore<Prefs>(load());

prefs.subscribe(() => {
  document.documentElement.lang = prefs.get().language;
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs.get()));
  } catch {
    // A browser that keeps nothing still shows everything.
  }
});

export function setPref<K extends keyof Prefs>(key: K, value: Prefs[K]): void {
  prefs.set((before) => ({ ...before, [key]: value }));
}

export function usePrefs(): Prefs {
  return useStore(prefs);
}

/** The zone in which instants are shown. */
export function zoneName(zone: string): string {
  return zone === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
}
