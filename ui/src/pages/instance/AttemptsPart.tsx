/** Every try: where, when, how it ended, what it used. */
import { useQuery } from "@tanstack/react-query";
import { attemptsQuery, type InstanceId } from "@/api/queries";
import type { Attempt } from "@/api/shapes";
import { strings, useStrings } from "@/app/i18n";
import { useSearchParams } from "@/app/search";
import { bytes, duration } from "@/app/time";
import { Await, Empty } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { StateChip } from "@/components/StateChip";
import { Span, Time } from "@/components/Time";

const S = strings({
  label: ["Attempts", "尝试"],
  attempt: ["Try", "次"],
  state: ["State", "状态"],
  started: ["Started", "开始"],
  took: ["Took", "耗时"],
  cpu: ["CPU", "CPU"],
  memory: ["Peak memory", "内存峰值"],
  exit: ["Exit", "退出码"],
  host: ["Host", "主机"],
  reason: ["Reason", "原因"],
  log: ["log", "日志"],
  none: ["It has not been tried yet", "尚未尝试"],
});

export function AttemptsPart({ id }: { id: InstanceId }) {
  const t = useStrings(S);
  const [, change] = useSearchParams();
  const list = useQuery(attemptsQuery(id));
  const columns: Column<Attempt>[] = [
    { key: "try", head: t("attempt"), numeric: true, cell: (row) => row.try_number },
    { key: "state", head: t("state"), cell: (row) => <StateChip state={row.state} /> },
    { key: "started", head: t("started"), cell: (row) => <Time at={row.start_date} /> },
    {
      key: "took",
      head: t("took"),
      numeric: true,
      cell: (row) => <Span start={row.start_date} end={row.end_date} />,
    },
    {
      key: "cpu",
      head: t("cpu"),
      numeric: true,
      wide: true,
      cell: (row) => duration(row.cpu_seconds),
    },
    {
      key: "memory",
      head: t("memory"),
      numeric: true,
      wide: true,
      cell: (row) => bytes(row.max_rss_bytes),
    },
    { key: "exit", head: t("exit"), numeric: true, wide: true, cell: (row) => row.exit_code },
    {
      key: "host",
      head: t("host"),
      wide: true,
      cell: (row) => row.hostname && `${row.hostname}${row.pid ? ` (${row.pid})` : ""}`,
    },
    { key: "reason", head: t("reason"), cell: (row) => row.reason },
    {
      key: "log",
      head: "",
      cell: (row) => (
        <button
          type="button"
          className="link"
          onClick={() => change({ tab: "log", try: String(row.try_number) }, true)}
        >
          {t("log")}
        </button>
      ),
    },
  ];
  return (
    <Await of={list} lines={3}>
      {(data) => (
        <DataTable
          label={t("label")}
          rows={data.attempts}
          columns={columns}
          id={(row) => String(row.try_number)}
          empty={<Empty title={t("none")} />}
        />
      )}
    </Await>
  );
}
