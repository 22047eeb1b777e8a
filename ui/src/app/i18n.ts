/**
 * Words in both languages, side by side: `strings({ key: ["English", "中文"] })`.
 *
 * `{name}` takes a value; `{n|run|runs}` takes the first word for one and the second otherwise.
 */
import { useCallback } from "react";
import { type Language, prefs, usePrefs } from "./prefs";

export type Pair = readonly [en: string, zh: string];
export type Values = Record<string, string | number>;

const INDEX: Record<Language, 0 | 1> = { en: 0, zh: 1 };

export function strings<T extends Record<string, Pair>>(table: T): T {
  return table;
}

export function fill(text: string, values: Values = {}): string {
  return text
    .replace(/\{(\w+)\|([^|}]*)\|([^}]*)\}/g, (_, name, one, many) =>
      Number(values[name]) === 1 ? one : many,
    )
    .replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function say(pair: Pair, values?: Values, language = prefs.get().language): string {
  return fill(pair[INDEX[language]], values);
}

export function useStrings<T extends Record<string, Pair>>(table: T) {
  const { language } = usePrefs();
  return useCallback(
    (key: keyof T, values?: Values) => say(table[key] as Pair, values, language),
    [table, language],
  );
}
export type Say<T> = (key: keyof T, values?: Values) => string;

export function usePair() {
  const { language } = usePrefs();
  return useCallback((pair: Pair, values?: Values) => say(pair, values, language), [language]);
}
