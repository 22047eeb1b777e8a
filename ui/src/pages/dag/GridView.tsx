/** The grid itself: sticky heads, bars of duration, keys; only the rows in sight exist. */
import { useMediaQuery } from "@mantine/hooks";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type UIEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import type { Grid, GridRun } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { colourOf, lookOf } from "@/app/states";
import { between, duration, minute } from "@/app/time";
import { useUsable } from "@/app/usable";
import { instancePath, runPath } from "@/components/Link";
import { GridRow } from "./GridRow";
import type { Row } from "./gridRows";

const S = strings({
  label: ["Tasks by runs. Arrow keys move, Enter opens.", "任务与运行网格。方向键移动，回车打开。"],
  tasks: ["Tasks", "任务"],
});

const ROW = 22;
const COLUMN = 19;
const BARS = 54;
/** By how many columns those that are drawn move on, and how many are: more than fit the window. */
const STEP = 10;
const drawn = () => Math.ceil(window.innerWidth / COLUMN) + 2 * STEP;

interface Selection {
  run?: string;
  task?: string;
}

interface Props {
  dagId: string;
  grid: Grid;
  rows: Row[];
  run?: string;
  task?: string;
  onSelect: (next: Selection) => void;
  onToggle: (id: string) => void;
}

export function GridView({ dagId, grid, rows, run, task, onSelect, onToggle }: Props) {
  const t = useStrings(S);
  const { zone } = usePrefs();
  const navigate = useNavigate();
  const scroll = useRef<HTMLDivElement>(null);
  useUsable("grid", rows.length > 0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 8,
    scrollPaddingStart: BARS + 4,
    initialRect: { width: 900, height: 700 },
  });
  const runs = grid.runs;
  const narrow = useMediaQuery("(max-width: 600px)", false, { getInitialValueInEffect: false });
  // The newest runs are what people came for.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another number of columns
  useEffect(() => {
    const box = scroll.current;
    if (box) box.scrollLeft = box.scrollWidth;
  }, [runs.length]);
  const [from, to, onScroll] = useColumns(runs.length);
  const longest = useMemo(() => Math.max(0.001, ...runs.map((each) => lengthOf(each))), [runs]);
  const name = `minmax(110px, ${narrow ? 140 : 260}px) repeat(${runs.length}, ${COLUMN}px)`;

  const latest = useRef({ onSelect, onToggle });
  latest.current = { onSelect, onToggle };
  const select = useCallback((next: Selection) => latest.current.onSelect(next), []);
  const toggle = useCallback((id: string) => latest.current.onToggle(id), []);

  /** One hand for all cells: thousands of their own would be made anew with each row. */
  function onClick(event: MouseEvent): void {
    const place = placeOf(event);
    const each = runs[place?.column ?? -1];
    const row = rows[place?.row ?? -1];
    if (each && row)
      onSelect({ run: each.run_id, task: row.kind === "group" ? undefined : row.id });
  }
  function onMouseOver(event: MouseEvent): void {
    const cell = placeOf(event)?.cell;
    if (cell) cell.title = cell.ariaLabel ?? "";
  }

  function onKeyDown(event: KeyboardEvent): void {
    const column = runs.findIndex((each) => each.run_id === run);
    const line = rows.findIndex((each) => each.id === task);
    const steps: Record<string, [number, number]> = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    const step = steps[event.key];
    if (step) {
      const x = clamp(column < 0 ? runs.length - 1 : column + step[0], runs.length);
      const y = step[1] && line + step[1] < 0 ? -1 : clamp(line + step[1], rows.length);
      if (y >= 0) virtual.scrollToIndex(y, { align: "auto" });
      showColumn(scroll.current, x);
      onSelect({ run: runs[x]?.run_id, task: step[1] || line >= 0 ? rows[y]?.id : undefined });
    } else if (event.key === "Escape") onSelect({ run: undefined, task: undefined });
    else if (event.key === " " && line >= 0 && rows[line]?.kind === "group")
      onToggle(rows[line].id);
    else if (event.key === "Enter" && run) {
      const row = rows[line];
      navigate({ to: row && row.at >= 0 ? instancePath(dagId, run, row.id) : runPath(dagId, run) });
    } else return;
    event.preventDefault();
  }

  return (
    // biome-ignore lint/a11y/useKeyWithMouseEvents: what it shows is in each cell's label
    <div
      ref={scroll}
      className="grid-scroll"
      role="grid"
      aria-label={t("label")}
      aria-rowcount={rows.length + 1}
      aria-colcount={runs.length + 1}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={onClick}
      onMouseOver={onMouseOver}
      onScroll={onScroll}
    >
      <div className="grid-head" role="row" style={{ gridTemplateColumns: name, height: BARS }}>
        <div className="grid-corner" role="columnheader" tabIndex={-1}>
          <span className="faint small">{duration(longest)}</span>
          <span>{t("tasks")}</span>
        </div>
        {runs.slice(from, to).map((each, place) => (
          <RunHead
            key={each.run_id}
            run={each}
            column={from + place + 2}
            first={place === 0}
            share={lengthOf(each) / longest}
            selected={each.run_id === run}
            onSelect={select}
            zone={zone}
          />
        ))}
      </div>
      <div
        style={{ height: virtual.getTotalSize(), position: "relative", margin: "3px 0" }}
        role="presentation"
      >
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index] as Row;
          return (
            <GridRow
              key={row.id}
              row={row}
              index={item.index}
              start={item.start}
              columns={name}
              from={from}
              to={to}
              grid={grid}
              run={run}
              selected={row.id === task}
              whole={!task}
              onSelect={select}
              onToggle={toggle}
            />
          );
        })}
      </div>
    </div>
  );
}

const RunHead = memo(function RunHead(props: {
  run: GridRun;
  column: number;
  first: boolean;
  share: number;
  selected: boolean;
  onSelect: (next: Selection) => void;
  zone: string;
}) {
  const pair = usePair();
  const { run, column } = props;
  const text = `${run.run_id}\n${pair(lookOf(run.state).word)} · ${minute(run.run_after, props.zone)} · ${duration(lengthOf(run))}`;
  return (
    <div
      role="columnheader"
      tabIndex={-1}
      aria-colindex={column}
      className={`grid-run ${props.selected ? "column" : ""}`}
      style={props.first ? { gridColumnStart: column } : undefined}
    >
      <button
        type="button"
        tabIndex={-1}
        onClick={() => props.onSelect({ run: run.run_id, task: undefined })}
        title={text}
        aria-label={text}
      >
        <i
          className={run.state === "failed" ? "failed" : undefined}
          style={{
            height: Math.max(4, props.share * (BARS - 14)),
            background: colourOf(run.state),
          }}
        />
        <span aria-hidden>
          {{ manual: "▸", backfill: "↶", asset_triggered: "◆" }[run.run_type] ?? ""}
        </span>
      </button>
    </div>
  );
});

/** The columns that are drawn, in steps, so that most scrolling draws nothing anew. */
function useColumns(count: number): [number, number, (event: UIEvent<HTMLElement>) => void] {
  // The box begins at its right end, where the newest runs are.
  const [from, setFrom] = useState(Number.MAX_SAFE_INTEGER);
  const onScroll = useCallback((event: UIEvent<HTMLElement>) => {
    const at = Math.floor(event.currentTarget.scrollLeft / COLUMN);
    setFrom(Math.max(0, Math.floor(at / STEP - 1) * STEP));
  }, []);
  const first = Math.max(0, Math.min(from, count - drawn()));
  return [first, Math.min(count, first + drawn()), onScroll];
}

function showColumn(box: HTMLElement | null, column: number): void {
  const name = box?.querySelector<HTMLElement>(".grid-corner")?.offsetWidth ?? 0;
  if (!box) return;
  const start = column * COLUMN;
  const room = box.clientWidth - name - COLUMN;
  if (start < box.scrollLeft) box.scrollLeft = start;
  else if (start > box.scrollLeft + room) box.scrollLeft = start - room;
}

/** Which cell an event is about. */
function placeOf(event: MouseEvent): { cell: HTMLElement; row: number; column: number } | null {
  const cell = (event.target as HTMLElement).closest<HTMLElement>(".grid-cell");
  const row = cell?.closest<HTMLElement>(".grid-row");
  if (!cell || !row) return null;
  return {
    cell,
    row: Number(row.ariaRowIndex) - 2,
    column: Number(cell.ariaColIndex) - 2,
  };
}

function lengthOf(run: GridRun): number {
  return run.duration ?? between(run.start_date, run.end_date) ?? 0;
}

function clamp(value: number, size: number): number {
  return Math.max(0, Math.min(size - 1, value));
}
