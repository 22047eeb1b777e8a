/**
 * Lines of a log by their number: only what is looked at is fetched, and little is kept. How long
 * the log is comes over a stream of events while its try runs; nothing is polled.
 */
import { useCallback, useEffect, useReducer, useRef, useState } from "react";
import { PREFIX, query, ui } from "@/api/client";

export interface LogInfo {
  total: number;
  size: number;
  first_error: number | null;
  goes_on: boolean;
  missing: string | null;
}
interface Lines extends LogInfo {
  first: number;
  texts: string[];
}
export interface Hits {
  count: number;
  lines: number[];
  upto: number;
}

const PAGE = 200;
/** Pages that are kept: what is far from the screen is fetched again when it is wanted. */
const KEPT = 60;
const AGAIN_MS = [1000, 2000, 5000, 10_000];

export function useLog(address: string, tryNumber: number, running: boolean) {
  const [info, setInfo] = useState<LogInfo | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const pages = useRef(
    new Map<string, { key: string; lines: Map<number, string>; full: number }>(),
  );
  const asked = useRef(new Set<string>());
  const alive = useRef(true);

  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);

  const load = useCallback(
    async (key: string, params: Record<string, unknown>, numbers: number[] | null) => {
      if (asked.current.has(key)) return;
      asked.current.add(key);
      try {
        const got = await ui<Lines>(address + query({ try_number: tryNumber, ...params }));
        if (!alive.current) return;
        const lines = new Map(
          got.texts.map((text, index) => [
            numbers ? (numbers[index] ?? -1) : got.first + index,
            text,
          ]),
        );
        pages.current.delete(key);
        pages.current.set(key, { key, lines, full: got.texts.length });
        for (const old of pages.current.keys()) {
          if (pages.current.size <= KEPT) break;
          pages.current.delete(old);
        }
        setInfo((before) => (before && before.total > got.total ? before : got));
        redraw();
      } catch (error) {
        if (alive.current) setProblem(error);
      } finally {
        asked.current.delete(key);
      }
    },
    [address, tryNumber],
  );

  useEffect(() => {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let failures = 0;
    const connect = () => {
      source = new EventSource(`${PREFIX}${address}/follow${query({ try_number: tryNumber })}`);
      source.addEventListener("grown", (event) => {
        failures = 0;
        const now: LogInfo = JSON.parse((event as MessageEvent<string>).data);
        setInfo(now);
        if (!now.goes_on) source?.close();
      });
      source.onerror = () => {
        source?.close();
        // Whether the server is away or refuses, an ordinary question tells.
        if (failures === 0) void load("p0", { first: 0, count: PAGE }, null);
        timer = setTimeout(connect, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
      };
    };
    if (running) connect();
    else void load("p0", { first: 0, count: PAGE }, null);
    return () => {
      source?.close();
      clearTimeout(timer);
    };
  }, [address, tryNumber, running, load]);

  const total = info?.total ?? 0;

  /** The text of a line if it is here. */
  const text = useCallback((number: number): string | undefined => {
    const whole = pages.current.get(`p${Math.floor(number / PAGE)}`)?.lines.get(number);
    if (whole !== undefined) return whole;
    for (const page of pages.current.values()) {
      if (page.key.startsWith("s") && page.lines.has(number)) return page.lines.get(number);
    }
    return undefined;
  }, []);

  /** Fetch what of these lines is not here. */
  const want = useCallback(
    (numbers: number[]) => {
      const missing = numbers.filter((number) => number < total && text(number) === undefined);
      const first = missing[0];
      const last = missing[missing.length - 1];
      if (first === undefined || last === undefined) return;
      if (last - first > 4 * PAGE) {
        void load(`s${missing.join(",")}`, { pick: missing.slice(0, 200) }, missing);
        return;
      }
      for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
        void load(`p${page}`, { first: page * PAGE, count: PAGE }, null);
      }
    },
    [total, load, text],
  );

  return { info, problem, text, want };
}

export const findInLog = (address: string, tryNumber: number, q: string, level: string) =>
  ui<Hits>(`${address}/find${query({ try_number: tryNumber, q, level })}`);
