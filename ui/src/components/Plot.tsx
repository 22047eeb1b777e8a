/** A chart over a canvas, with the page's colours and its width. */
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

export interface Line {
  label: string;
  colour: string;
  values: (number | null)[];
  bars?: boolean;
}

interface Props {
  label: string;
  /** seconds since 1970, ascending */
  times: number[];
  lines: Line[];
  format: (value: number) => string;
  height?: number;
  zone: string;
  onClick?: (index: number) => void;
}

export function Plot({ label, times, lines, format, height = 220, zone, onClick }: Props) {
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
      return at === undefined
        ? ""
        : new Intl.DateTimeFormat("sv-SE", {
            timeZone: zone,
            month: "2-digit",
            day: "2-digit",
            hour: "2-digit",
            minute: "2-digit",
          }).format(at * 1000);
    };
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height,
        scales: { x: { time: false }, y: { range: (_, __, top) => [0, (top || 1) * 1.08] } },
        axes: [
          {
            ...axis,
            values: (_, splits) =>
              splits.map((split) => (Number.isInteger(split) ? show(split) : "")),
            space: 90,
          },
          { ...axis, values: (_, splits) => splits.map(format), size: 64 },
        ],
        series: [
          { label: "", value: (_, place) => (place === null ? "" : show(place)) },
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
  }, [times, lines, height, zone, scheme, format]);
  return (
    <div ref={box} role="img" aria-label={label} style={{ minHeight: height, width: "100%" }} />
  );
}
