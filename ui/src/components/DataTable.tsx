/** A list as a table: sorted, selected and virtual, so that thousands of rows are no matter. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { memo, type ReactNode, useCallback, useEffect, useRef } from "react";
import { strings, useStrings } from "@/app/i18n";
import { useUsable } from "@/app/usable";
import { Tick } from "./Plain";

const S = strings({
  all: ["Select all", "全选"],
  one: ["Select {name}", "选择 {name}"],
});

export interface Column<T> {
  key: string;
  head: ReactNode;
  cell: (row: T) => ReactNode;
  /** the server's name for the order, where it can be ordered by */
  order?: string;
  numeric?: boolean;
  /** left out on a narrow screen */
  wide?: boolean | "very";
  width?: number | string;
}

interface Props<T> {
  label: string;
  rows: T[];
  columns: Column<T>[];
  id: (row: T) => string;
  /** "-start_date": newest first */
  order?: string;
  onOrder?: (order: string) => void;
  selected?: ReadonlySet<string>;
  onSelect?: (ids: Set<string>) => void;
  /** more rows are to be had */
  more?: () => void;
  height?: number | string;
  rowHeight?: number;
  empty?: ReactNode;
  onOpen?: (row: T) => void;
}

export function DataTable<T>(props: Props<T>) {
  const { rows, columns, id, selected, onSelect, more } = props;
  const t = useStrings(S);
  const scroll = useRef<HTMLDivElement>(null);
  useUsable("list", rows.length > 0);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => props.rowHeight ?? 33,
    overscan: 8,
    initialRect: { width: 800, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && rows.length && last >= rows.length - 20) more();
  }, [more, last, rows.length]);

  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const width = columns.length + (onSelect ? 1 : 0);

  // Ten thousand rows are looked through only when some are selected.
  const whole = !!selected?.size && rows.length > 0 && rows.every((row) => selected.has(id(row)));
  const toggle = useRef((_key: string) => {});
  toggle.current = (key) => {
    const next = new Set(selected);
    if (!next.delete(key)) next.add(key);
    onSelect?.(next);
  };
  const toggleRow = useCallback((key: string) => toggle.current(key), []);

  if (!rows.length && props.empty) return <div className="list-scroll">{props.empty}</div>;
  return (
    // Focusable so that a keyboard can scroll it.
    <div
      className="list-scroll"
      ref={scroll}
      style={{ maxHeight: props.height ?? "calc(100vh - 230px)" }}
      tabIndex={0}
      role="region"
      aria-label={props.label}
    >
      <table className="list" aria-label={props.label} aria-rowcount={rows.length}>
        <thead>
          <tr>
            {onSelect && (
              <th className="select" style={{ width: 30 }}>
                <Tick
                  aria-label={t("all")}
                  checked={whole}
                  ref={(box) => {
                    if (box) box.indeterminate = !!selected?.size && !whole;
                  }}
                  onChange={(event) =>
                    onSelect(new Set(event.currentTarget.checked ? rows.map(id) : []))
                  }
                />
              </th>
            )}
            {columns.map((column) => (
              <Head key={column.key} column={column} order={props.order} onOrder={props.onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && (
            <tr className="spacer" aria-hidden>
              <td colSpan={width} style={{ height: before }} />
            </tr>
          )}
          {items.map((item) => {
            const row = rows[item.index] as T;
            const key = id(row);
            return (
              <Row
                key={key}
                id={key}
                index={item.index}
                row={row}
                columns={columns as Column<unknown>[]}
                measure={virtual.measureElement}
                selected={onSelect ? !!selected?.has(key) : undefined}
                onToggle={toggleRow}
              />
            );
          })}
          {after > 0 && (
            <tr className="spacer" aria-hidden>
              <td colSpan={width} style={{ height: after }} />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function columnClass(wide: boolean | "very" | undefined): string {
  if (wide === "very") return "very-wide-only";
  return wide ? "wide-only" : "";
}

interface RowProps {
  id: string;
  index: number;
  row: unknown;
  columns: Column<unknown>[];
  measure: (element: Element | null) => void;
  /** undefined: nothing can be selected */
  selected: boolean | undefined;
  onToggle: (id: string) => void;
}

/** Drawn anew only when its own data are others: scrolling costs what comes into sight. */
const Row = memo(function Row({ id, index, row, columns, measure, selected, onToggle }: RowProps) {
  const t = useStrings(S);
  return (
    <tr data-index={index} ref={measure} aria-selected={selected} data-id={id}>
      {selected !== undefined && (
        <td className="select">
          <Tick
            aria-label={t("one", { name: id })}
            checked={selected}
            onChange={() => onToggle(id)}
          />
        </td>
      )}
      {columns.map((column) => (
        <td
          key={column.key}
          className={`${column.numeric ? "num" : ""} ${columnClass(column.wide)}`}
          style={{ width: column.width }}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
});

function Head<T>({
  column,
  order,
  onOrder,
}: {
  column: Column<T>;
  order?: string;
  onOrder?: (order: string) => void;
}) {
  const name = column.order;
  const direction =
    name && order === name ? "ascending" : name && order === `-${name}` ? "descending" : undefined;
  return (
    <th
      className={`${column.numeric ? "num" : ""} ${columnClass(column.wide)}`}
      aria-sort={direction}
      scope="col"
      style={{ width: column.width }}
    >
      {name && onOrder ? (
        <button
          type="button"
          className="sort"
          onClick={() => onOrder(direction === "ascending" ? `-${name}` : name)}
        >
          {column.head}
          {direction === "ascending" && <ArrowUp size={12} aria-hidden />}
          {direction === "descending" && <ArrowDown size={12} aria-hidden />}
        </button>
      ) : (
        column.head
      )}
    </th>
  );
}
