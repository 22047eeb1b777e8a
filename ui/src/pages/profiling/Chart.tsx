/** A chart over the first column of a result: over time where that is one, with known events. */
import type { KnownEvent } from "@/api/shapes";
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Answer, Cell } from "./shapes";

const S = strings({
  label: ["Chart of {names}", "{names} 的图表"],
  none: ["Nothing to draw", "没有可绘制的内容"],
  teach: [
    "The first column is the x axis; at least one other column must be numbers.",
    "首列为横轴；其他列中至少一列须为数字。",
  ],
});

const COLOURS = ["#2f6fed", "#d9480f", "#2b8a3e", "#9c36b5", "#e8590c", "#0c8599", "#c2255c"];
const HEIGHT = 360;
const DATE = /^\d{4}-\d\d-\d\d/;

interface Points {
  xs: number[];
  /** names on the x axis where it is neither time nor numbers */
  names: string[] | null;
  isTime: boolean;
  columns: number[];
  values: (number | null)[][];
}

export function Chart(props: { answer: Answer; kind: string; events: KnownEvent[] }) {
  const { answer, kind, events } = props;
  const t = useStrings(S);
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  const points = pointsOf(answer);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the points follow from the answer
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const ink = (name: string) => getComputedStyle(element).getPropertyValue(name).trim();
    const { xs, names, isTime, columns, values } = points;
    const axis = {
      stroke: ink("--ink-soft"),
      grid: { stroke: ink("--line"), width: 1 },
      ticks: { stroke: ink("--line") },
    };
    const named: uPlot.Axis = names
      ? { ...axis, values: (_, splits) => splits.map((split) => names[split] ?? ""), space: 90 }
      : axis;
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        scales: { x: { time: isTime } },
        axes: [named, axis],
        series: [
          { label: answer.columns[0] ?? "" },
          ...columns.map((column, index) => series(answer.columns[column] ?? "", kind, index)),
        ],
        hooks: isTime ? { draw: [(made) => mark(made, events, ink("--ink-soft"))] } : {},
      },
      [xs, ...values] as uPlot.AlignedData,
      element,
    );
    const watch = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [answer, kind, events, scheme]);
  if (!points.columns.length) return <Empty title={t("none")}>{t("teach")}</Empty>;
  const label = t("label", {
    names: points.columns.map((each) => answer.columns[each]).join(", "),
  });
  return <div ref={box} role="img" aria-label={label} style={{ minHeight: HEIGHT }} />;
}

function series(label: string, kind: string, index: number): uPlot.Series {
  const stroke = COLOURS[index % COLOURS.length] as string;
  if (kind === "bar") {
    return { label, stroke, fill: stroke, paths: uPlot.paths.bars?.({ size: [0.7, 40] }) };
  }
  if (kind === "scatter")
    return { label, stroke, paths: () => null, points: { show: true, size: 6 } };
  return { label, stroke, width: 1.5, fill: kind === "area" ? `${stroke}33` : undefined };
}

/** Lines where known events begin, with their names. */
function mark(plot: uPlot, events: KnownEvent[], colour: string): void {
  const { ctx } = plot;
  const { left, top, width, height } = plot.bbox;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.fillStyle = colour;
  ctx.setLineDash([4, 4]);
  for (const event of events) {
    const x = plot.valToPos(Date.parse(event.start_date) / 1000, "x", true);
    if (x < left || x > left + width) continue;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.fillText(event.label, x + 4, top + 12);
  }
  ctx.restore();
}

function pointsOf(answer: Answer): Points {
  const first = answer.rows.map((row) => row[0] ?? null);
  const isTime = first.length > 0 && first.every(isDate);
  const isNumber = first.every((cell) => typeof cell === "number");
  const names = isTime || isNumber ? null : first.map(String);
  const places = first.map((cell, index) =>
    isTime ? timeOf(cell) : isNumber ? (cell as number) : index,
  );
  const order = places.map((_, index) => index);
  order.sort((one, two) => (places[one] as number) - (places[two] as number));
  const columns = answer.columns
    .map((_, index) => index)
    .filter((index) => index > 0 && answer.rows.some((row) => typeof row[index] === "number"));
  return {
    xs: order.map((index) => places[index] as number),
    names,
    isTime,
    columns,
    values: columns.map((column) =>
      order.map((index) => {
        const cell = answer.rows[index]?.[column];
        return typeof cell === "number" ? cell : null;
      }),
    ),
  };
}

function isDate(cell: Cell): boolean {
  return typeof cell === "string" && DATE.test(cell) && !Number.isNaN(timeOf(cell));
}

function timeOf(cell: Cell): number {
  return Date.parse(String(cell).replace(" ", "T")) / 1000;
}
