/** A chart over a canvas, with the page's colours and its width. */
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { minute } from "@/app/time";

export interface Line {
  label: string;
  colour: string;
  values: (number | null)[];
  bars?: boolean;
}

/** A span of time with a name, in seconds since 1970. */
export interface Mark {
  label: string;
  start: number;
  end: number;
}

/** Steps of an axis that read well as durations and as counts. */
const INCREMENTS = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600,
  7200, 14_400, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000,
];

interface Props {
  label: string;
  /** seconds since 1970, ascending */
  times: number[];
  lines: Line[];
  format: (value: number) => string;
  height?: number;
  zone: string;
  marks?: Mark[];
  onClick?: (index: number) => void;
}

export function Plot({ label, times, lines, format, height = 220, zone, marks, onClick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  // biome-ignore lint/correctness/useExhaustiveDependencies: another scheme has other colours
  useEffect(() => {
    const element = box.current;
    if (!element || !times.length) return;
    const style = getComputedStyle(element);
    const ink = (name: string) => style.getPropertyValue(name).trim();
    const colour = (value: string) => (value.startsWith("var(") ? ink(value.slice(4, -1)) : value);
    const axis = {
      stroke: ink("--ink-soft"),
      grid: { stroke: ink("--line"), width: 1 },
      ticks: { stroke: ink("--line") },
      font: `11px ${style.fontFamily}`,
    };
    // Runs stand side by side: a chart of one a month and ten today is readable both ways.
    const places = times.map((_, index) => index);
    const show = (index: number) => {
      const at = times[index];
      return at === undefined ? "" : minute(at * 1000, zone).slice(5);
    };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: {
          // Half a place more on both sides, so that the first and the last bar are whole.
          x: { time: false, range: () => [-0.5, times.length - 0.5] },
          y: { range: (_, __, top) => [0, (top || 1) * (marks?.length ? 1.3 : 1.08)] },
        },
        axes: [
          {
            ...axis,
            values: (_, splits) =>
              splits.map((split) => (Number.isInteger(split) ? show(split) : "")),
            space: 90,
          },
          { ...axis, values: (_, splits) => splits.map(format), size: 76, incrs: INCREMENTS },
        ],
        series: [
          { label: " ", value: (_, place) => (place === null ? "" : show(place)) },
          ...lines.map((line) => ({
            label: line.label,
            stroke: colour(line.colour),
            fill: line.bars ? colour(line.colour) : undefined,
            width: line.bars ? 0 : 1.5,
            paths: line.bars ? uPlot.paths.bars?.({ size: [0.7, 40] }) : undefined,
            points: { show: !line.bars && times.length < 60, size: 5 },
            spanGaps: true,
            value: (_: uPlot, value: number | null) => (value === null ? "–" : format(value)),
          })),
        ],
        legend: { show: lines.length <= 14 },
        hooks: marks?.length
          ? {
              drawClear: [(made) => shade(made, times, marks, ink("--mark"))],
              draw: [(made) => name(made, times, marks, ink("--ink"))],
            }
          : {},
      },
      [places, ...lines.map((line) => line.values)] as uPlot.AlignedData,
      element,
    );
    const click = () => {
      if (plot.cursor.idx !== null && plot.cursor.idx !== undefined) onClick?.(plot.cursor.idx);
    };
    plot.over.addEventListener("click", click);
    const watch = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      plot.destroy();
    };
  }, [times, lines, height, zone, scheme, format, marks]);
  return (
    <div ref={box} role="img" aria-label={label} style={{ minHeight: height, width: "100%" }} />
  );
}

/** Where an instant lies among places that are as far apart as their times are not. */
function placeOf(at: number, times: number[]): number {
  const after = times.findIndex((each) => each >= at);
  if (after === 0) return -0.5;
  if (after < 0) return times.length - 0.5;
  const [before, next] = [times[after - 1] as number, times[after] as number];
  return after - 1 + (at - before) / (next - before || 1);
}

/** From where to where a mark is drawn; a moment is as wide as a line. */
function spanOf(plot: uPlot, times: number[], mark: Mark): [number, number] {
  const left = plot.valToPos(placeOf(mark.start, times), "x", true);
  const right = plot.valToPos(placeOf(mark.end, times), "x", true);
  return [left, Math.max(3, right - left)];
}

/** Bands behind the lines. */
function shade(plot: uPlot, times: number[], marks: Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.fillStyle = colour;
  for (const mark of marks) {
    const [left, width] = spanOf(plot, times, mark);
    ctx.fillRect(left, bbox.top, width, bbox.height);
  }
  ctx.restore();
}

/** The names of the bands, each in a line of its own as far as there are lines. */
function name(plot: uPlot, times: number[], marks: Mark[], colour: string): void {
  const { ctx, bbox } = plot;
  const line = 13 * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colour;
  marks.forEach((mark, index) => {
    const [left] = spanOf(plot, times, mark);
    const isFar = left > bbox.left + bbox.width * 0.7;
    ctx.textAlign = isFar ? "right" : "left";
    const x = isFar ? left - 4 : Math.max(left, bbox.left) + 4;
    ctx.fillText(mark.label, x, bbox.top + line * (1 + (index % 5)));
  });
  ctx.restore();
}
