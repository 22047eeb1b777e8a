/** Instants and durations as text. */
import { type Language, zoneName } from "./prefs";

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const DATE = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
const CLOCK = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false } as const;
const MINUTE = { hour: "2-digit", minute: "2-digit", hour12: false } as const;
const FORMS = {
  day: DATE,
  clock: MINUTE,
  seconds: CLOCK,
  minute: { ...DATE, ...MINUTE },
  whole: { ...DATE, ...CLOCK },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Making a format takes longer than using it a hundred times: each is made once. */
const made = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  let found = made.get(key) as T | undefined;
  if (found === undefined) {
    found = make();
    made.set(key, found);
  }
  return found;
}

function format(zone: string, form: keyof typeof FORMS): Intl.DateTimeFormat {
  return once(
    `${form}|${zone}`,
    () => new Intl.DateTimeFormat("sv-SE", { timeZone: zoneName(zone), ...FORMS[form] }),
  );
}

/** "2026-11-28 14:02:11" */
export function absolute(at: string | number | Date, zone: string): string {
  return format(zone, "whole").format(new Date(at));
}

/** "2026-11-28 14:02" */
export function minute(at: string | number | Date, zone: string): string {
  return format(zone, "minute").format(new Date(at));
}

/** "14:02" */
export function clock(at: string | number | Date, zone: string): string {
  return format(zone, "clock").format(new Date(at));
}

/** "14:02:11" */
export function clockSeconds(at: string | number | Date, zone: string): string {
  return format(zone, "seconds").format(new Date(at));
}

/** "2026-11-28" */
export function day(at: string | number | Date, zone: string): string {
  return format(zone, "day").format(new Date(at));
}

/** As short as it can be read: the clock alone today, with the date otherwise. */
export function brief(at: string | number | Date, zone: string, now = Date.now()): string {
  return day(at, zone) === day(now, zone) ? clock(at, zone) : minute(at, zone);
}

/** "UTC+1" */
export function zoneLabel(zone: string): string {
  const name = zoneName(zone);
  if (name === "UTC" || name === "Etc/UTC") return "UTC";
  const parts = once(
    `offset|${name}`,
    () => new Intl.DateTimeFormat("en", { timeZone: name, timeZoneName: "shortOffset" }),
  );
  const offset = parts.formatToParts(new Date()).find((part) => part.type === "timeZoneName");
  return `${name.split("/").pop()?.replaceAll("_", " ")} (${offset?.value ?? ""})`;
}

/** "4 minutes ago", "in 2 hours" */
export function relative(at: string | number | Date, language: Language, now = Date.now()): string {
  const words = once(
    `ago|${language}`,
    () => new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "long" }),
  );
  const seconds = Math.round((new Date(at).getTime() - now) / 1000);
  // Two clocks are never quite the same: what just happened does not lie in the future.
  if (Math.abs(seconds) < 3) return words.format(0, "second");
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return words.format(Math.trunc(seconds / size), unit);
}

/** "350 ms", "4.2 s", "2 m 05 s", "3 h 12 m", "2 d 4 h" */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) return "";
  const value = Math.max(0, seconds);
  if (value < 1) return `${Math.round(value * 1000)} ms`;
  if (value < 10) return `${value.toFixed(1)} s`;
  if (value < 60) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${pad(whole % 60)} s`;
  if (whole < 86_400)
    return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** "12 MiB" */
export function bytes(size: number | null | undefined): string {
  if (size === null || size === undefined) return "";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = size;
  let index = 0;
  while (value >= 1024 && index < units.length - 1) {
    value /= 1024;
    index += 1;
  }
  return `${value < 10 && index > 0 ? value.toFixed(1) : Math.round(value)} ${units[index]}`;
}

/** Seconds between two instants; the present where the second is missing. */
export function between(start: string | null, end: string | null, now = Date.now()): number | null {
  if (!start) return null;
  return ((end ? new Date(end).getTime() : now) - new Date(start).getTime()) / 1000;
}
