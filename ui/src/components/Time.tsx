/** Instants and durations, which go on by themselves. */
import { useEffect } from "react";
import { usePrefs } from "@/app/prefs";
import { createStore, useStore } from "@/app/store";
import { absolute, between, brief, duration, relative, zoneLabel } from "@/app/time";

const present = createStore(Date.now());
let watchers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

/** The present, renewed each second while somebody looks. */
export function useNow(moving = true): number {
  const now = useStore(present);
  useEffect(() => {
    if (!moving) return;
    watchers += 1;
    timer ??= setInterval(() => !document.hidden && present.set(Date.now()), 1000);
    return () => {
      watchers -= 1;
      if (watchers === 0) {
        clearInterval(timer);
        timer = undefined;
      }
    };
  }, [moving]);
  return now;
}

interface TimeProps {
  at: string | null | undefined;
  /** "both": 14:02 (4 minutes ago); "relative"; "absolute"; the rest is in the tooltip */
  form?: "both" | "relative" | "absolute";
  none?: string;
}

export function Time({ at, form = "both", none = "" }: TimeProps) {
  const { zone, language } = usePrefs();
  const now = useNow(!!at && form !== "absolute");
  if (!at) return <>{none}</>;
  const far = relative(at, language, now);
  const full = `${absolute(at, zone)} ${zoneLabel(zone)}`;
  const text =
    form === "relative"
      ? far
      : form === "absolute"
        ? absolute(at, zone)
        : `${brief(at, zone, now)} (${far})`;
  return (
    <time dateTime={at} title={form === "absolute" ? `${full} · ${far}` : full}>
      {text}
    </time>
  );
}

interface SpanProps {
  start: string | null;
  end: string | null;
}

/** How long something took, or takes so far. */
export function Span({ start, end }: SpanProps) {
  const now = useNow(!!start && !end);
  return <span className="nowrap">{duration(between(start, end, now))}</span>;
}
