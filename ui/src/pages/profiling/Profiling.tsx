/** SQL on a connection: the result as table, CSV and chart; charts that are kept. */
import { Button, Checkbox, Group, NumberInput, Select, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { Download, Play, Square } from "lucide-react";
import { useRef, useState } from "react";
import { Problem, ui, url } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { useSearchState } from "@/app/search";
import { Await, Empty, PageHead, Panel, ProblemView } from "@/components/Blocks";
import { useAction } from "@/components/useAction";
import { saveFile } from "@/pages/admin/files";
import { KnownEvents } from "./KnownEvents";
import { Result } from "./Result";
import { type Answer, csv, type Start } from "./shapes";

const S = strings({
  title: ["Data profiling", "数据分析"],
  sentence: [
    "Ask a database that a connection names. Nothing is written unless you allow it.",
    "查询连接所指的数据库。除非允许，否则不会写入任何数据。",
  ],
  connection: ["Connection", "连接"],
  sql: ["SQL statement", "SQL 语句"],
  rows: ["Rows at most", "最大行数"],
  seconds: ["Seconds at most", "最长秒数"],
  write: ["Allow writing", "允许写入"],
  run: ["Run", "运行"],
  stop: ["Stop", "停止"],
  csv: ["CSV", "CSV"],
  name: ["Keep as chart named", "保存为图表，名称"],
  keep: ["Keep", "保存"],
  kept: ["{name} was kept", "已保存 {name}"],
  charts: ["Charts", "图表"],
  forget: ["Forget {name}", "删除 {name}"],
  forgotten: ["{name} was forgotten", "已删除 {name}"],
  none: ["No chart is kept yet", "尚无已保存的图表"],
  teach: [
    "Run a statement whose first column is the x axis, then keep it.",
    "运行一条首列为横轴的语句，然后保存。",
  ],
  affected: ["{n} {n|row|rows} changed", "已更改 {n} 行"],
  stopped: ["The statement was stopped.", "语句已停止。"],
});

const ROOT = "/ui/profiling";

export function Profiling() {
  const t = useStrings(S);
  const [conn, setConn] = useSearchState("conn");
  const [kind, setKind] = useSearchState("kind", "table");
  const [sql, setSql] = useState("");
  const [limit, setLimit] = useState(1000);
  const [seconds, setSeconds] = useState(30);
  const [write, setWrite] = useState(false);
  const [name, setName] = useState("");
  const stop = useRef<AbortController | null>(null);
  const start = useQuery({ queryKey: ["profiling"], queryFn: () => ui<Start>(ROOT) });
  const run = useMutation({
    mutationFn: async () => {
      stop.current = new AbortController();
      const answer = await ui<Answer>(`${ROOT}/query`, {
        method: "POST",
        json: { conn_id: conn, sql, limit, seconds, read_only: !write },
        signal: stop.current.signal,
      });
      if (answer.error !== null) throw new Problem(200, answer.error);
      return answer;
    },
  });
  const keep = useAction({
    act: () =>
      ui(`${ROOT}/charts`, {
        method: "POST",
        json: { label: name, conn_id: conn, sql, chart_type: kind },
      }),
    done: () => t("kept", { name }),
    touches: () => [["profiling"]],
  });
  const forget = useAction({
    act: (chart: { id: number; label: string }) =>
      ui(url`/ui/profiling/charts/${chart.id}`, { method: "DELETE" }),
    done: (_, chart) => t("forgotten", { name: chart.label }),
    touches: () => [["profiling"]],
  });
  const aborted = run.error instanceof DOMException;
  return (
    <div className="page">
      <PageHead title={t("title")} sentence={t("sentence")} />
      <Await of={start}>
        {(begin) => (
          <>
            <Group align="flex-end" gap="xs" mb="sm">
              <Select
                label={t("connection")}
                data={begin.connections.map((each) => ({
                  value: each.conn_id,
                  label: `${each.conn_id} (${each.conn_type})`,
                }))}
                value={conn || null}
                onChange={(value) => setConn(value ?? undefined)}
                searchable
                w={240}
              />
              <NumberInput
                label={t("rows")}
                value={limit}
                min={1}
                max={10_000}
                onChange={(value) => setLimit(Number(value) || 1)}
                w={120}
              />
              <NumberInput
                label={t("seconds")}
                value={seconds}
                min={1}
                max={300}
                onChange={(value) => setSeconds(Number(value) || 1)}
                w={120}
              />
              <Checkbox
                label={t("write")}
                checked={write}
                onChange={(event) => setWrite(event.currentTarget.checked)}
                mb={8}
              />
            </Group>
            <Textarea
              label={t("sql")}
              value={sql}
              onChange={(event) => setSql(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) run.mutate();
              }}
              autosize
              minRows={5}
              maxRows={18}
              spellCheck={false}
              styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
            />
            <Group gap="xs" my="sm" align="flex-end">
              <Button
                leftSection={<Play size={13} />}
                disabled={!conn || !sql.trim()}
                loading={run.isPending}
                onClick={() => run.mutate()}
              >
                {t("run")}
              </Button>
              {run.isPending && (
                <Button
                  variant="default"
                  leftSection={<Square size={13} />}
                  onClick={() => stop.current?.abort()}
                >
                  {t("stop")}
                </Button>
              )}
              {run.data && (
                <Button
                  variant="default"
                  leftSection={<Download size={13} />}
                  onClick={() => saveFile("result.csv", csv(run.data), "text/csv")}
                >
                  {t("csv")}
                </Button>
              )}
              <TextInput
                aria-label={t("name")}
                placeholder={t("name")}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                w={200}
              />
              <Button
                variant="default"
                disabled={!name.trim() || !conn || !sql.trim()}
                loading={keep.isPending}
                onClick={() => keep.mutate(undefined)}
              >
                {t("keep")}
              </Button>
            </Group>
            {run.error && !aborted && <ProblemView error={run.error} />}
            {aborted && <p className="soft">{t("stopped")}</p>}
            {run.data && run.data.affected !== null && (
              <p role="status">{t("affected", { n: run.data.affected })}</p>
            )}
            {run.data && run.data.columns.length > 0 && (
              <Result answer={run.data} kind={kind} onKind={setKind} events={begin.events} />
            )}
            <div style={{ display: "grid", gap: 12 }}>
              <Panel title={t("charts")} label={t("charts")}>
                {begin.charts.length === 0 && <Empty title={t("none")}>{t("teach")}</Empty>}
                {begin.charts.map((chart) => (
                  <Group key={chart.id} gap="xs">
                    <button
                      type="button"
                      className="link"
                      onClick={() => {
                        setConn(chart.conn_id);
                        setKind(chart.chart_type);
                        setSql(chart.sql);
                        setName(chart.label);
                      }}
                    >
                      {chart.label}
                    </button>
                    <span className="soft grow">{chart.conn_id}</span>
                    <Button
                      variant="subtle"
                      color="red"
                      size="compact-xs"
                      onClick={() => forget.mutate(chart)}
                    >
                      {t("forget", { name: chart.label })}
                    </Button>
                  </Group>
                ))}
              </Panel>
              <KnownEvents events={begin.events} />
            </div>
          </>
        )}
      </Await>
    </div>
  );
}
