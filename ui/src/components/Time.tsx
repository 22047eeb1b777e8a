/** Instants and durations, which go on by themselves. */
import { useEffect, useSyncExternalStore } from "react";
import { type Language, usePrefs } from "@/app/prefs";
import { createStore } from "@/app/store";
import { absolute, between, brief, duration, relative, zoneLabel } from "@/app/time";

const present = createStore(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function watch(): () => void {
  watchers += 1;
  if (timer === undefined) {
    present.set(Date.now()); // nobody has looked for a while
    timer = setInterval(() => !document.hidden && present.set(Date.now()), 1000);
  }
  return () => {
    watchers -= 1;
    if (watchers === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * What a text of the present is, looked at each second while somebody looks. The component is drawn
 * anew only when the text is another one: "2 hours ago" stays for an hour.
 */
function useOfNow<T>(of: (now: number) => T, moving = true): T {
  useEffect(() => (moving ? watch() : undefined), [moving]);
  return useSyncExternalStore(present.subscribe, () => of(present.get()));
}

/** The present, renewed each second while somebody looks. */
export function useNow(moving = true): number {
  return useOfNow((now) => now, moving);
}

interface TimeProps {
  at: string | null | undefined;
  /** "both": 14:02 (4 minutes ago); "relative"; "absolute"; the rest is in the tooltip */
  form?: "both" | "relative" | "absolute";
  none?: string;
}

export function Time({ at, form = "both", none = "" }: TimeProps) {
  const { zone, language } = usePrefs();
  const text = useOfNow(
    (now) => (at ? written(at, form, zone, language, now) : none),
    !!at && form !== "absolute",
  );
  if (!at) return <>{none}</>;
  const full = `${absolute(at, zone)} ${zoneLabel(zone)}`;
  return (
    <time dateTime={at} title={form === "absolute" ? `${full} · ${relative(at, language)}` : full}>
      {text}
    </time>
  );
}

function written(
  at: string,
  form: TimeProps["form"],
  zone: string,
  language: Language,
  now: number,
): string {
  if (form === "absolute") return absolute(at, zone);
  const far = relative(at, language, now);
  return form === "relative" ? far : `${brief(at, zone, now)} (${far})`;
}

interface SpanProps {
  start: string | null;
  end: string | null;
}

/** How long something took, or takes so far. */
export function Span({ start, end }: SpanProps) {
  const text = useOfNow((now) => duration(between(start, end, now)), !!start && !end);
  return <span className="nowrap">{text}</span>;
}
