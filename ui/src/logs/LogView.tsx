/** The log of a try: a virtual list that follows while the task runs. */
import { Button, Group } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDownToLine, Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { PREFIX, Problem, query, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Loading, ProblemView } from "@/components/Blocks";

const S = strings({
  label: ["Log", "日志"],
  empty: ["Nothing has been written yet.", "尚无日志内容。"],
  follow: ["Follow", "跟随"],
  download: ["Download", "下载"],
  lines: ["{n} {n|line|lines}", "{n} 行"],
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

const PAUSE_MS = 700;

export function LogView(props: Props) {
  const t = useStrings(S);
  const { dagId, runId, taskId, mapIndex, tryNumber, running } = props;
  const [lines, setLines] = useState<string[] | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const [follow, setFollow] = useState(true);
  const scroll = useRef<HTMLDivElement>(null);
  const path = url`/api/v2/dags/${dagId}/dagRuns/${runId}/taskInstances/${taskId}/logs/${tryNumber}`;
  const address = PREFIX + path + query({ map_index: mapIndex, full_content: true });

  // biome-ignore lint/correctness/useExhaustiveDependencies: `running` ends the following of a log
  useEffect(() => {
    const stop = new AbortController();
    let kept: string[] = [];
    async function read(token: string | null): Promise<void> {
      const answer = await fetch(address + (token ? `&token=${encodeURIComponent(token)}` : ""), {
        headers: { accept: "text/plain" },
        signal: stop.signal,
      });
      if (!answer.ok) throw new Problem(answer.status, (await answer.json()).detail);
      const text = await answer.text();
      const next = answer.headers.get("airflow-continuation-token");
      if (text) {
        const fresh = text.replace(/\n$/, "").split("\n");
        kept = kept.concat(fresh);
      }
      setLines(kept);
      if (next === null || stop.signal.aborted) return;
      if (!text) await new Promise((done) => setTimeout(done, PAUSE_MS));
      if (!stop.signal.aborted) await read(next);
    }
    read(null).catch((error) => {
      if (!stop.signal.aborted) setProblem(error);
    });
    return () => stop.abort();
  }, [address, running]);

  const virtual = useVirtualizer({
    count: lines?.length ?? 0,
    getScrollElement: () => scroll.current,
    estimateSize: () => 18,
    overscan: 30,
    initialRect: { width: 800, height: 400 },
  });
  const count = lines?.length ?? 0;
  useEffect(() => {
    if (follow && count) virtual.scrollToIndex(count - 1, { align: "end" });
  }, [follow, count, virtual]);

  if (problem) return <ProblemView error={problem} />;
  if (lines === null) return <Loading lines={4} />;
  return (
    <div>
      <Group gap="xs" mb={6}>
        <span className="soft small grow">{t("lines", { n: count })}</span>
        <Button
          variant={follow ? "light" : "default"}
          leftSection={<ArrowDownToLine size={13} />}
          aria-pressed={follow}
          onClick={() => setFollow(!follow)}
        >
          {t("follow")}
        </Button>
        <Button
          component="a"
          variant="default"
          leftSection={<Download size={13} />}
          href={address}
          download={`${taskId}-${tryNumber}.log`}
        >
          {t("download")}
        </Button>
      </Group>
      <div
        ref={scroll}
        className="log"
        role="log"
        aria-label={t("label")}
        tabIndex={0}
        style={{ height: Math.min(props.compact ? 320 : 620, Math.max(60, count * 18 + 16)) }}
        onWheel={(event) => event.deltaY < 0 && setFollow(false)}
      >
        {count === 0 && <span className="faint">{t("empty")}</span>}
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {virtual.getVirtualItems().map((item) => (
            <div
              key={item.key}
              className="log-line"
              ref={virtual.measureElement}
              data-index={item.index}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <span className="log-number" aria-hidden>
                {item.index + 1}
              </span>
              <span>{lines[item.index]}</span>
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
