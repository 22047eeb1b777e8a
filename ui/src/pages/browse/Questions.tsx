/** What tasks wait for people to decide. */
import { strings, useStrings } from "@/app/i18n";
import { Empty } from "@/components/Blocks";
import type { Column } from "@/components/DataTable";
import { DagLink, InstanceLink } from "@/components/Link";
import { StateChip } from "@/components/StateChip";
import { Time } from "@/components/Time";
import { contains, RestList } from "@/pages/lists/RestList";

const S = strings({
  subject: ["Question", "问题"],
  task: ["Task", "任务"],
  asked: ["Asked", "提问时间"],
  options: ["Options", "选项"],
  whom: ["Asked of", "提问对象"],
  anybody: ["anybody", "任何人"],
  answer: ["Answer", "回答"],
  none: ["Nobody is asked anything", "没有待处理的操作"],
  teach: [
    "Tasks that need somebody to decide before they go on are listed here until they are answered.",
    "需要人工决定后才能继续的任务会列在这里，直到得到回答。",
  ],
});

interface Person {
  id: string;
  name: string;
}

interface Question {
  subject: string;
  body: string | null;
  options: string[];
  assigned_users: Person[];
  created_at: string;
  responded_at: string | null;
  responded_by_user: Person | null;
  chosen_options: string[] | null;
  response_received: boolean;
  task_instance: {
    dag_id: string;
    dag_run_id: string;
    task_id: string;
    map_index: number;
    state: string | null;
  };
}

const ANSWERED: Record<string, string> = { open: "false", answered: "true" };

export function Questions() {
  const t = useStrings(S);
  const columns: Column<Question>[] = [
    {
      key: "subject",
      head: t("subject"),
      cell: (row) => <span title={row.body ?? undefined}>{row.subject}</span>,
    },
    {
      key: "dag",
      head: "DAG",
      wide: true,
      cell: (row) => <DagLink dagId={row.task_instance.dag_id} />,
    },
    {
      key: "task",
      head: t("task"),
      cell: ({ task_instance: of }) => (
        <InstanceLink
          dagId={of.dag_id}
          runId={of.dag_run_id}
          taskId={of.task_id}
          mapIndex={of.map_index}
        />
      ),
    },
    { key: "options", head: t("options"), wide: true, cell: (row) => row.options.join(", ") },
    {
      key: "whom",
      head: t("whom"),
      wide: true,
      cell: (row) =>
        row.assigned_users.map((each) => each.name).join(", ") || (
          <span className="faint">{t("anybody")}</span>
        ),
    },
    { key: "asked", head: t("asked"), cell: (row) => <Time at={row.created_at} /> },
    {
      key: "answer",
      head: t("answer"),
      cell: (row) =>
        row.response_received ? (
          `${row.chosen_options?.join(", ") ?? ""} (${row.responded_by_user?.name ?? ""})`
        ) : (
          <StateChip state="awaiting_input" />
        ),
    },
  ];
  return (
    <RestList<Question>
      title={["Required actions", "待处理操作"]}
      sentence={["What tasks wait for people to decide.", "任务等待人工决定的事项。"]}
      path="/api/v2/dags/~/dagRuns/~/hitlDetails"
      field="hitl_details"
      order=""
      id={({ task_instance: of }) => `${of.dag_id} ${of.dag_run_id} ${of.task_id} ${of.map_index}`}
      columns={columns}
      filters={[
        contains("dag", ["DAG contains", "DAG 包含"], "dag_id_pattern"),
        contains("task", ["Task contains", "任务包含"], "task_id_pattern"),
        {
          name: "answer",
          label: ["open or answered", "未回答或已回答"],
          choices: Object.keys(ANSWERED),
          words: { open: ["open", "未回答"], answered: ["answered", "已回答"] },
          param: (value) => ({ response_received: ANSWERED[value] ?? "" }),
        },
      ]}
      empty={<Empty title={t("none")}>{t("teach")}</Empty>}
    />
  );
}
