/** What was late: SLAs that tasks missed, deadlines of runs. */
import { SegmentedControl } from "@mantine/core";
import type { ReactNode } from "react";
import { type Pair, strings, useStrings } from "@/app/i18n";
import { useSearchParams } from "@/app/search";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink, InstanceLink, RunLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { Time } from "@/components/Time";
import { exactly, RestList } from "@/pages/lists/RestList";

const S = strings({
  which: ["What was late", "延误类型"],
  slas: ["Tasks (SLA)", "任务 (SLA)"],
  deadlines: ["Runs (deadlines)", "运行（期限）"],
  found: ["Found late", "发现时间"],
  task: ["Task", "任务"],
  run: ["Run", "运行"],
  logical: ["Logical date", "逻辑日期"],
  told: ["Told", "已通知"],
  mail: ["by mail", "邮件"],
  callback: ["by callback", "回调"],
  nobody: ["nobody", "无"],
  name: ["Name", "名称"],
  due: ["Had to end by", "应结束于"],
  how: ["Kept", "是否遵守"],
  ahead: ["still ahead", "尚未到期"],
  state: ["State of the run", "运行状态"],
  gone: ["deleted", "已删除"],
  noSla: ["No task was late", "没有任务延误"],
  teachSla: [
    "A task with sla= that has not ended that long after its run was due is listed here.",
    "设置了 sla= 的任务若未在应运行时间之后的该时长内结束，会显示在这里。",
  ],
  noDeadline: ["No run was late", "没有运行延误"],
  teachDeadline: [
    "A DAG with deadline= says by when its runs must have ended. Those missed, and those still ahead, are listed here.",
    "DAG 的 deadline= 规定运行须在何时前结束。错过的和尚未到期的期限显示在这里。",
  ],
});

const TITLE: Pair = ["Missed deadlines", "错过的期限"];

interface Sla {
  dag_id: string;
  task_id: string;
  run_id: string | null;
  logical_date: string;
  timestamp: string | null;
  notification_sent: boolean;
  email_sent: boolean;
}

interface Deadline {
  id: number;
  dag_id: string;
  run_id: string | null;
  run_state: string | null;
  name: string | null;
  deadline_time: string;
  missed: boolean;
}

export function Misses() {
  const t = useStrings(S);
  const [search, change] = useSearchParams();
  const which = search.show === "deadlines" ? "deadlines" : "slas";
  const choice = (
    <SegmentedControl
      aria-label={t("which")}
      value={which}
      // What one list is ordered and filtered by, the other does not know.
      onChange={(next) =>
        change({
          show: next === "slas" ? undefined : next,
          order: undefined,
          task: undefined,
          missed: undefined,
        })
      }
      data={[
        { value: "slas", label: t("slas") },
        { value: "deadlines", label: t("deadlines") },
      ]}
    />
  );
  return which === "slas" ? <Slas choice={choice} /> : <Deadlines choice={choice} />;
}

function Slas({ choice }: { choice: ReactNode }) {
  const t = useStrings(S);
  const told = (row: Sla) =>
    [row.email_sent && t("mail"), row.notification_sent && !row.email_sent && t("callback")]
      .filter(Boolean)
      .join(", ") || <span className="faint">{t("nobody")}</span>;
  const columns: Column<Sla>[] = [
    {
      key: "found",
      head: t("found"),
      order: "timestamp",
      cell: (row) => <Time at={row.timestamp} />,
    },
    { key: "dag", head: "DAG", order: "dag_id", cell: (row) => <DagLink dagId={row.dag_id} /> },
    {
      key: "task",
      head: t("task"),
      order: "task_id",
      cell: (row) =>
        row.run_id ? (
          <InstanceLink dagId={row.dag_id} runId={row.run_id} taskId={row.task_id} />
        ) : (
          row.task_id
        ),
    },
    {
      key: "run",
      head: t("run"),
      wide: true,
      cell: (row) =>
        row.run_id ? (
          <RunLink dagId={row.dag_id} runId={row.run_id} />
        ) : (
          <span className="faint">{t("gone")}</span>
        ),
    },
    {
      key: "logical",
      head: t("logical"),
      order: "logical_date",
      wide: "very",
      cell: (row) => <Time at={row.logical_date} form="absolute" />,
    },
    { key: "told", head: t("told"), wide: true, cell: told },
  ];
  return (
    <RestList<Sla>
      title={TITLE}
      sentence={["Tasks that had not ended in time.", "未按时结束的任务。"]}
      path="/ui/slaMisses"
      field="sla_misses"
      order="-timestamp"
      id={(row) => `${row.dag_id} ${row.task_id} ${row.logical_date}`}
      columns={columns}
      actions={choice}
      filters={[
        exactly("dag", ["DAG", "DAG"], "dag_id"),
        exactly("task", ["Task", "任务"], "task_id"),
      ]}
      empty={
        <Empty
          title={t("noSla")}
          command='BashOperator(task_id="load", sla=timedelta(hours=1), ...)'
        >
          {t("teachSla")}
        </Empty>
      }
    />
  );
}

const MISSED: Record<string, string> = { missed: "true", ahead: "false" };

function Deadlines({ choice }: { choice: ReactNode }) {
  const t = useStrings(S);
  const columns: Column<Deadline>[] = [
    {
      key: "how",
      head: t("how"),
      width: 130,
      cell: (row) =>
        row.missed ? <StateChip state="late" /> : <span className="soft">{t("ahead")}</span>,
    },
    {
      key: "due",
      head: t("due"),
      order: "deadline_time",
      cell: (row) => <Time at={row.deadline_time} />,
    },
    { key: "name", head: t("name"), wide: true, cell: (row) => row.name },
    { key: "dag", head: "DAG", order: "dag_id", cell: (row) => <DagLink dagId={row.dag_id} /> },
    {
      key: "run",
      head: t("run"),
      cell: (row) =>
        row.run_id ? (
          <RunLink dagId={row.dag_id} runId={row.run_id} />
        ) : (
          <span className="faint">{t("gone")}</span>
        ),
    },
    {
      key: "state",
      head: t("state"),
      wide: true,
      cell: (row) => row.run_state && <StateChip state={row.run_state} />,
    },
  ];
  return (
    <RestList<Deadline>
      title={TITLE}
      sentence={[
        "Runs that had not ended in time, and those still ahead.",
        "未按时结束的运行，以及尚未到期的期限。",
      ]}
      path="/ui/deadlines"
      field="deadlines"
      order="-deadline_time"
      id={(row) => String(row.id)}
      columns={columns}
      actions={choice}
      filters={[
        exactly("dag", ["DAG", "DAG"], "dag_id"),
        {
          name: "missed",
          label: ["missed or ahead", "错过或未到期"],
          choices: Object.keys(MISSED),
          words: { missed: ["missed", "错过"], ahead: ["still ahead", "尚未到期"] },
          param: (value) => ({ missed: MISSED[value] ?? "" }),
        },
      ]}
      empty={
        <Empty
          title={t("noDeadline")}
          command="DAG(..., deadline=DeadlineAlert(reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(hours=1), callback=...))"
        >
          {t("teachDeadline")}
        </Empty>
      }
    />
  );
}
