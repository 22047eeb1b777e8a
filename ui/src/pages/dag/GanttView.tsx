/** A run as bars of time: waiting, queued, running, each try; with CPU and memory beside. */
import { useQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef } from "react";
import { ganttQuery } from "@/api/queries";
import type { Gantt, GanttBar } from "@/api/shapes";
import { strings, usePair, useStrings } from "@/app/i18n";
import { usePrefs } from "@/app/prefs";
import { colourOf, lookOf } from "@/app/states";
import { bytes, clockSeconds, duration } from "@/app/time";
import { useUsable } from "@/app/usable";
import { Await, Empty } from "@/components/Blocks";
import { InstanceLink } from "@/components/Link";
import { useNow } from "@/components/Time";

const S = strings({
  none: ["Nothing has started in this run yet", "此运行中尚未启动任何任务"],
  task: ["Task", "任务"],
  took: ["Took", "耗时"],
  cpu: ["CPU", "CPU"],
  memory: ["Peak memory", "内存峰值"],
  waited: ["waited for a slot {time}", "等待槽位 {time}"],
  attempt: ["try {n}", "第 {n} 次"],
  legend: [
    "Pale: waiting for a slot. Full: running; the dark line below is the share of CPU time.",
    "浅色：等待槽位。实色：运行；下方深色线为 CPU 时间占比。",
  ],
  label: ["Gantt chart", "甘特图"],
});

const ROW = 24;

interface Line {
  key: string;
  taskId: string;
  mapIndex: number;
  bars: GanttBar[];
}

export function GanttView({ dagId, runId }: { dagId: string; runId: string }) {
  const t = useStrings(S);
  const gantt = useQuery(ganttQuery(dagId, runId));
  return (
    <Await of={gantt} lines={10}>
      {(data) =>
        data.bars.some((bar) => bar.start_date || bar.queued_at) ? (
          <Chart data={data} dagId={dagId} runId={runId} />
        ) : (
          <Empty title={t("none")} />
        )
      }
    </Await>
  );
}

const ms = (at: string | null | undefined): number | null => (at ? new Date(at).getTime() : null);

function Chart({ data, dagId, runId }: { data: Gantt; dagId: string; runId: string }) {
  const t = useStrings(S);
  const pair = usePair();
  const { zone } = usePrefs();
  const scroll = useRef<HTMLDivElement>(null);
  useUsable("gantt");
  const moving = data.run.state === "running";
  const now = useNow(moving);
  const lines = useMemo(() => linesOf(data.bars), [data]);
  const starts = data.bars
    .flatMap((bar) => [ms(bar.queued_at), ms(bar.start_date)])
    .filter((at) => at !== null);
  const ends = data.bars
    .flatMap((bar) => [ms(bar.end_date), bar.start_date && !bar.end_date ? now : null])
    .filter((at) => at !== null);
  const first = Math.min(...starts);
  const last = Math.max(first + 1000, ...ends, ...starts);
  const span = last - first;
  const place = (at: number) => ((at - first) / span) * 100;
  const ticks = [0, 0.25, 0.5, 0.75].map((share) => first + share * span);
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 16,
    initialRect: { width: 900, height: 600 },
  });
  return (
    <>
      <p className="soft small" style={{ margin: "0 0 6px" }}>
        {t("legend")}
      </p>
      <div ref={scroll} className="gantt" role="region" aria-label={t("label")} tabIndex={0}>
        <div className="gantt-row gantt-head">
          <div>{t("task")}</div>
          <div className="gantt-lane">
            {ticks.map((at) => (
              <span key={at} style={{ left: `${place(at)}%` }}>
                {span < 8000 ? `+${duration((at - first) / 1000)}` : clockSeconds(at, zone)}
              </span>
            ))}
          </div>
          <div className="num">{t("took")}</div>
          <div className="num wide-only">{t("cpu")}</div>
          <div className="num wide-only">{t("memory")}</div>
        </div>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => {
            const line = lines[item.index] as Line;
            const total = sum(line.bars.map((bar) => lengthOf(bar, now)));
            return (
              <div
                key={line.key}
                className="gantt-row"
                style={{
                  position: "absolute",
                  left: 0,
                  right: 0,
                  transform: `translateY(${item.start}px)`,
                  height: ROW,
                }}
              >
                <div className="clip">
                  <InstanceLink
                    dagId={dagId}
                    runId={runId}
                    taskId={line.taskId}
                    mapIndex={line.mapIndex}
                  />
                </div>
                <div className="gantt-lane">
                  {line.bars.map((bar) => {
                    const queued = ms(bar.queued_at);
                    const started = ms(bar.start_date);
                    const ended = ms(bar.end_date) ?? (started && moving ? now : started);
                    const text = [
                      line.key,
                      `${t("attempt", { n: bar.try_number })}: ${pair(lookOf(bar.state).word)}`,
                      started && duration(lengthOf(bar, now)),
                      queued && started
                        ? t("waited", { time: duration((started - queued) / 1000) })
                        : "",
                      bar.cpu_seconds !== null ? `CPU ${duration(bar.cpu_seconds)}` : "",
                      bytes(bar.max_rss_bytes),
                    ]
                      .filter(Boolean)
                      .join("\n");
                    const share =
                      bar.cpu_seconds !== null && started && ended && ended > started
                        ? Math.min(1, (bar.cpu_seconds * 1000) / (ended - started))
                        : 0;
                    return (
                      <span key={bar.try_number} title={text}>
                        {queued !== null && (
                          <i
                            className="wait"
                            style={{
                              left: `${place(queued)}%`,
                              width: `${Math.max(0, place(started ?? (moving ? now : queued)) - place(queued))}%`,
                            }}
                          />
                        )}
                        {started !== null && (
                          <i
                            className={bar.state === "failed" ? "failed" : undefined}
                            data-state={bar.state}
                            style={{
                              left: `${place(started)}%`,
                              width: `max(3px, ${place(ended ?? started) - place(started)}%)`,
                              background: colourOf(bar.state),
                            }}
                          >
                            <b style={{ width: `${share * 100}%` }} />
                          </i>
                        )}
                      </span>
                    );
                  })}
                </div>
                <div className="num">{total ? duration(total) : ""}</div>
                <div className="num wide-only">
                  {duration(known(line.bars.map((bar) => bar.cpu_seconds)))}
                </div>
                <div className="num wide-only">
                  {bytes(Math.max(...line.bars.map((bar) => bar.max_rss_bytes ?? 0)) || null)}
                </div>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

function linesOf(bars: GanttBar[]): Line[] {
  const found = new Map<string, Line>();
  for (const bar of bars) {
    if (!bar.start_date && !bar.queued_at) continue;
    const key = bar.map_index >= 0 ? `${bar.task_id} [${bar.map_index}]` : bar.task_id;
    const line = found.get(key) ?? { key, taskId: bar.task_id, mapIndex: bar.map_index, bars: [] };
    line.bars.push(bar);
    found.set(key, line);
  }
  return [...found.values()];
}

function lengthOf(bar: GanttBar, now: number): number {
  const started = ms(bar.start_date);
  if (started === null) return 0;
  return ((ms(bar.end_date) ?? (bar.state === "running" ? now : started)) - started) / 1000;
}

function sum(values: number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function known(values: (number | null)[]): number | null {
  const found = values.filter((each) => each !== null);
  return found.length ? sum(found) : null;
}
