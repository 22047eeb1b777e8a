/** The log of a try: any of a million lines at once, found, filtered, followed, and linked to. */
import { ActionIcon, Button, Select, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, ChevronDown, ChevronUp, CircleX, Download, WrapText } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { PREFIX, query, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams } from "@/app/search";
import { bytes } from "@/app/time";
import { useUsable } from "@/app/usable";
import { Loading, ProblemView } from "@/components/Blocks";
import { levelClass, marked, pieces } from "./ansi";
import { findInLog, useLog } from "./useLog";

const S = strings({
  label: ["Log", "日志"],
  empty: ["Nothing has been written yet.", "尚无日志内容。"],
  follow: ["Follow", "跟随"],
  followHint: ["Keep the newest line in view", "保持最新一行可见"],
  download: ["Download", "下载"],
  lines: ["{n} {n|line|lines}, {size}", "{n} 行，{size}"],
  filtered: ["{shown} of {n} lines", "{n} 行中的 {shown} 行"],
  find: ["Find in the log", "在日志中查找"],
  hits: ["{at} of {n}", "第 {at} / 共 {n} 处"],
  noHits: ["none", "无"],
  next: ["Next place (Enter)", "下一处 (Enter)"],
  previous: ["Previous place (Shift+Enter)", "上一处 (Shift+Enter)"],
  level: ["Level", "级别"],
  all: ["All levels", "所有级别"],
  info: ["Info and above", "信息及以上"],
  warning: ["Warnings and errors", "警告和错误"],
  error: ["Errors", "错误"],
  noneAtLevel: ["No line has this level.", "没有该级别的日志行。"],
  firstError: ["First error", "首个错误"],
  wrap: ["Wrap lines", "自动换行"],
  line: ["Link to line {n}", "第 {n} 行的链接"],
});

interface Props {
  dagId: string;
  runId: string;
  taskId: string;
  mapIndex: number;
  tryNumber: number;
  running: boolean;
  compact?: boolean;
}

const ROW = 17;
/** Browsers end an element at some 17 million pixels; more lines than that are shown in parts. */
const MOST_ROWS = 1_000_000;
const LEVELS = ["", "info", "warning", "error"] as const;

export function LogView(props: Props) {
  const t = useStrings(S);
  const { dagId, runId, taskId, mapIndex, tryNumber, running } = props;
  const address = url`/ui/dags/${dagId}/runs/${runId}/tasks/${taskId}/${mapIndex}/log`;
  const { info, problem, text, want } = useLog(address, tryNumber, running);
  const [search, change] = useSearchParams();
  const one = (name: string) => (typeof search[name] === "string" ? (search[name] as string) : "");
  const linked = Number(one("line")) - 1;
  const level = LEVELS.find((each) => each === one("level")) ?? "";
  const wrap = one("wrap") !== "no";
  const [words, setWords] = useState(one("find"));
  const [wanted] = useDebouncedValue(words, 250);
  const [place, setPlace] = useState(0);
  const [follow, setFollow] = useState(running && linked < 0);
  const scroll = useRef<HTMLDivElement>(null);
  const total = info?.total ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows what was typed
  useEffect(() => {
    if (wanted !== one("find")) change({ find: wanted || undefined });
  }, [wanted]);
  // While a log grows, what is found in it grows too; asked again at most as fast as it answers.
  const step = running ? Math.floor(total / 50) : total;
  const found = useQuery({
    queryKey: ["log", address, tryNumber, "find", wanted, level, step],
    queryFn: () => findInLog(address, tryNumber, wanted, level),
    enabled: wanted !== "" && total > 0,
    placeholderData: (before, query) => (query?.queryKey[4] === wanted ? before : undefined),
  }).data;
  const filter = useQuery({
    queryKey: ["log", address, tryNumber, "level", level, step],
    queryFn: () => findInLog(address, tryNumber, "", level),
    enabled: level !== "" && total > 0,
    placeholderData: (before, query) => (query?.queryKey[4] === level ? before : undefined),
  }).data;
  const shown = level === "" ? null : (filter?.lines ?? []);
  const count = shown ? shown.length : Math.min(total, MOST_ROWS);
  const [start, setStart] = useState(0);
  const base = shown ? 0 : Math.min(start, Math.max(0, total - MOST_ROWS));
  const numberAt = (row: number) => (shown ? (shown[row] ?? 0) : base + row);

  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 20,
    initialRect: { width: 800, height: 400 },
  });

  /** Bring a line onto the screen. */
  const go = (number: number, align: "center" | "end" = "center") => {
    if (shown) {
      const row = shown.findIndex((each) => each >= number);
      virtual.scrollToIndex(row < 0 ? count - 1 : row, { align });
      return;
    }
    const from = total > MOST_ROWS ? Math.max(0, number - MOST_ROWS / 2) : 0;
    if (from !== base) setStart(from);
    const now = Math.min(from, Math.max(0, total - MOST_ROWS));
    requestAnimationFrame(() => virtual.scrollToIndex(number - now, { align }));
  };

  const rows = virtual.getVirtualItems();
  const numbers = rows.map((row) => numberAt(row.index));
  const seen = `${numbers[0]}-${numbers[numbers.length - 1]}-${numbers.length}-${total}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seen` says which lines these are
  useEffect(() => {
    const timer = setTimeout(() => want(numbers), 40);
    return () => clearTimeout(timer);
  }, [seen, want]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: only growth moves what is followed
  useEffect(() => {
    if (follow && count) go(total - 1, "end");
  }, [follow, count, total]);

  const arrived = useRef(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the lines are there
  useEffect(() => {
    if (arrived.current || linked < 0 || linked >= total) return;
    arrived.current = true;
    go(linked);
  }, [linked, total]);

  const hits = found?.lines ?? [];
  const jump = (by: number) => {
    if (!hits.length) return;
    const next = (place + by + hits.length) % hits.length;
    setPlace(next);
    setFollow(false);
    go(hits[next] as number);
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: new words begin at their first place
  useEffect(() => {
    setPlace(0);
    if (wanted && hits.length && !running) go(hits[0] as number);
  }, [wanted, found === undefined]);
  const current = wanted ? hits[place] : undefined;
  useUsable("log", numbers.length > 0 && text(numbers[0] as number) !== undefined);
  const digits = useMemo(() => String(Math.max(total, 100)).length, [total]);

  if (problem && !info) return <ProblemView error={problem} />;
  if (info === null) return <Loading lines={4} />;
  const nothing =
    info.missing ??
    (total === 0 ? t("empty") : shown && filter && !count ? t("noneAtLevel") : null);
  return (
    <div className="log-view">
      <div className="log-tools">
        <TextInput
          size="xs"
          type="search"
          aria-label={t("find")}
          placeholder={t("find")}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter") jump(event.shiftKey ? -1 : 1);
            if (event.key === "Escape") setWords("");
          }}
          className="log-find"
        />
        {wanted && found && (
          <span className="soft small tabular" role="status">
            {found.count ? t("hits", { at: place + 1, n: found.count }) : t("noHits")}
          </span>
        )}
        {wanted && (
          <>
            <ActionIcon
              variant="default"
              aria-label={t("previous")}
              title={t("previous")}
              disabled={!hits.length}
              onClick={() => jump(-1)}
            >
              <ChevronUp size={14} />
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={t("next")}
              title={t("next")}
              disabled={!hits.length}
              onClick={() => jump(1)}
            >
              <ChevronDown size={14} />
            </ActionIcon>
          </>
        )}
        <Select
          size="xs"
          aria-label={t("level")}
          value={level}
          onChange={(value) => change({ level: value || undefined })}
          data={LEVELS.map((value) => ({ value, label: t(value || "all") }))}
          allowDeselect={false}
          w={158}
        />
        {info.first_error !== null && (
          <Button
            size="xs"
            variant="default"
            leftSection={<CircleX size={13} color="var(--s-failed)" />}
            onClick={() => {
              setFollow(false);
              change({ line: String((info.first_error ?? 0) + 1) });
              go(info.first_error ?? 0);
            }}
          >
            {t("firstError")}
          </Button>
        )}
        <span className="soft small grow tabular log-count">
          {shown && filter
            ? t("filtered", { shown: filter.count, n: total.toLocaleString() })
            : t("lines", { n: total, size: bytes(info.size) })}
        </span>
        {info.goes_on && (
          <Button
            size="xs"
            variant={follow ? "light" : "default"}
            leftSection={<ArrowDownToLine size={13} />}
            aria-pressed={follow}
            title={t("followHint")}
            onClick={() => setFollow(!follow)}
          >
            {t("follow")}
          </Button>
        )}
        <ActionIcon
          variant={wrap ? "light" : "default"}
          aria-pressed={wrap}
          aria-label={t("wrap")}
          title={t("wrap")}
          onClick={() => change({ wrap: wrap ? "no" : undefined })}
        >
          <WrapText size={14} />
        </ActionIcon>
        <ActionIcon
          component="a"
          variant="default"
          aria-label={t("download")}
          title={t("download")}
          href={`${PREFIX}${address}/file${query({ try_number: tryNumber })}`}
          download={`${taskId}-${tryNumber}.log`}
        >
          <Download size={14} />
        </ActionIcon>
      </div>
      <div
        ref={scroll}
        className={wrap ? "log" : "log log-nowrap"}
        role="log"
        aria-label={t("label")}
        tabIndex={0}
        style={{
          height: Math.min(props.compact ? 340 : 640, Math.max(60, virtual.getTotalSize() + 16)),
        }}
        onWheel={(event) => event.deltaY < 0 && setFollow(false)}
        onTouchMove={() => setFollow(false)}
        onKeyDown={(event) => {
          if (["ArrowUp", "PageUp", "Home"].includes(event.key)) setFollow(false);
        }}
      >
        {nothing !== null && <p className="log-nothing">{nothing}</p>}
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {rows.map((item) => {
            const number = numberAt(item.index);
            const line = text(number);
            const chosen = number === linked || number === current;
            return (
              <div
                key={item.key}
                className={`log-line ${levelClass(line ?? "")} ${chosen ? "log-chosen" : ""}`}
                ref={virtual.measureElement}
                data-index={item.index}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <button
                  type="button"
                  tabIndex={-1}
                  className="log-number"
                  style={{ minWidth: `${digits}ch` }}
                  aria-label={t("line", { n: number + 1 })}
                  onClick={() => {
                    setFollow(false);
                    change({
                      line: number === linked ? undefined : String(number + 1),
                      try: String(tryNumber),
                    });
                  }}
                >
                  {number + 1}
                </button>
                <span className="log-text">
                  {line === undefined
                    ? " "
                    : marked(pieces(line), wanted).map((piece, index) => (
                        <span key={index} className={piece.className || undefined}>
                          {piece.text}
                        </span>
                      ))}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}
