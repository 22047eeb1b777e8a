/** Keyboard shortcuts: a table that the list behind `?` shows and one listener that obeys it. */
import { useEffect } from "react";
import type { Pair } from "./i18n";

export interface Shortcut {
  /** "mod+k", "g h" (one after the other), "?" */
  keys: string;
  what: Pair;
  act: () => void;
  /** also while a text field has the focus */
  anywhere?: boolean;
}

const active = new Map<string, Shortcut>();
let prefix = "";
let prefixTimer: ReturnType<typeof setTimeout> | undefined;

export function shortcuts(): Shortcut[] {
  return [...active.values()];
}

/** Shortcuts that hold while the component is shown. */
export function useShortcuts(list: Shortcut[]): void {
  useEffect(() => {
    for (const each of list) active.set(each.keys, each);
    return () => {
      for (const each of list) if (active.get(each.keys) === each) active.delete(each.keys);
    };
  }, [list]);
}

function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null;
  return !!element?.closest?.("input, textarea, select, [contenteditable=true]");
}

export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const mod = event.ctrlKey || event.metaKey;
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const pressed = mod ? `mod+${name}` : name;
  const found = active.get(prefix ? `${prefix} ${pressed}` : pressed);
  clearTimeout(prefixTimer);
  prefix = "";
  if (found && (found.anywhere || (!isTyping(event.target) && !event.altKey))) {
    event.preventDefault();
    found.act();
    return;
  }
  if (mod || event.altKey || isTyping(event.target)) return;
  if ([...active.keys()].some((keys) => keys.startsWith(`${pressed} `))) {
    prefix = pressed;
    prefixTimer = setTimeout(() => {
      prefix = "";
    }, 1200);
  }
}
