/** The result of a statement: a table that sorts, or a chart over its first column. */

import { SegmentedControl } from "@mantine/core";
import { useMemo } from "react";
import type { KnownEvent } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { type Column, DataTable } from "@/components/DataTable";
import { Chart } from "./Chart";
import type { Answer, Cell } from "./shapes";

const S = strings({
  label: ["Result", "结果"],
  rows: ["{n} {n|row|rows}", "{n} 行"],
  more: ["There are more; these are the first.", "还有更多行；此处只显示前面部分。"],
  table: ["Table", "表格"],
  line: ["Line", "折线"],
  bar: ["Bars", "柱状"],
  area: ["Area", "面积"],
  scatter: ["Points", "散点"],
  kind: ["Shown as", "显示方式"],
});

const KINDS = ["table", "line", "bar", "area", "scatter"] as const;

interface Props {
  answer: Answer;
  kind: string;
  onKind: (kind: string) => void;
  events: KnownEvent[];
}

interface Row {
  at: number;
  cells: Cell[];
}

export function Result({ answer, kind, onKind, events }: Props) {
  const t = useStrings(S);
  const [order, setOrder] = useSearchState("order");
  const rows = useMemo(() => sorted(answer, order), [answer, order]);
  const columns: Column<Row>[] = answer.columns.map((name, index) => ({
    key: String(index),
    head: name,
    order: String(index),
    numeric: typeof answer.rows[0]?.[index] === "number",
    cell: (row) => show(row.cells[index] ?? null),
  }));
  return (
    <section aria-label={t("label")} style={{ marginBottom: 16 }}>
      <div style={{ display: "flex", gap: 10, alignItems: "center", marginBottom: 8 }}>
        <SegmentedControl
          aria-label={t("kind")}
          value={kind}
          onChange={onKind}
          data={KINDS.map((value) => ({ value, label: t(value) }))}
          size="xs"
        />
        <span className="soft" role="status">
          {t("rows", { n: rows.length })}. {answer.more && t("more")}
        </span>
      </div>
      {kind === "table" ? (
        <DataTable
          label={t("label")}
          rows={rows}
          columns={columns}
          id={(row) => String(row.at)}
          order={order}
          onOrder={setOrder}
          height={460}
        />
      ) : (
        <Chart answer={answer} kind={kind} events={events} />
      )}
    </section>
  );
}

function show(cell: Cell) {
  return cell === null ? <span className="faint">null</span> : String(cell);
}

function sorted(answer: Answer, order: string): Row[] {
  const rows = answer.rows.map((cells, at) => ({ at, cells }));
  if (!/^-?\d+$/.test(order)) return rows;
  const index = Math.abs(Number(order.replace("-", "")));
  const sign = order.startsWith("-") ? -1 : 1;
  return rows.sort((one, two) => sign * compare(one.cells[index], two.cells[index]));
}

function compare(one: Cell | undefined, two: Cell | undefined): number {
  if (one === null || one === undefined) return two === null || two === undefined ? 0 : 1;
  if (two === null || two === undefined) return -1;
  if (typeof one === "number" && typeof two === "number") return one - two;
  return String(one).localeCompare(String(two));
}
