/** The address is the state: values of the query string as React state. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";

export type Search = Record<string, string | string[] | undefined>;

export function parseSearch(text: string): Search {
  const made: Search = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = made[name];
    made[name] =
      before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  return made;
}

export function stringifySearch(search: Search): string {
  const made = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== "") made.append(name, String(each));
    }
  }
  const text = made.toString();
  return text ? `?${text}` : "";
}

/** Several values at once, and a way to change some of them; undefined takes one out. */
export function useSearchParams(): [Search, (change: Search, push?: boolean) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const change = useCallback(
    (values: Search, push = false) => {
      navigate({
        to: ".",
        search: ((before: Search) => ({ ...before, ...values })) as never,
        replace: !push,
        resetScroll: false,
      });
    },
    [navigate],
  );
  return [search, change];
}

/** One text value of the address. */
export function useSearchState(name: string, fallback = ""): [string, (value?: string) => void] {
  const [search, change] = useSearchParams();
  const found = search[name];
  const value = (Array.isArray(found) ? found[0] : found) ?? fallback;
  const set = useCallback(
    (next?: string) => change({ [name]: next === fallback ? undefined : next }),
    [change, name, fallback],
  );
  return [value, set];
}

/** A list of the address: `?tag=a&tag=b`. */
export function useSearchList(name: string): [string[], (values: string[]) => void] {
  const [search, change] = useSearchParams();
  const found = search[name];
  const key = Array.isArray(found) ? found.join("\u0000") : found;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the same words are the same list
  const values = useMemo(
    () => (found === undefined ? [] : Array.isArray(found) ? found : [found]),
    [key],
  );
  const set = useCallback((next: string[]) => change({ [name]: next }), [change, name]);
  return [values, set];
}
