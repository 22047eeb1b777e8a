/** Queues, and the machines that work on them: what waits, what runs, where. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Problem, ui } from "@/api/client";
import { strings, useStrings } from "@/app/i18n";
import { Await, Empty, PageHead, ProblemView } from "@/components/Blocks";
import { type Column, DataTable } from "@/components/DataTable";
import { Time } from "@/components/Time";

const S = strings({
  title: ["Workers and queues", "工作节点与队列"],
  busy: [
    "{running} {running|task runs|tasks run} in {places} places ({executor}).",
    "{places} 个位置中有 {running} 个任务在运行（{executor}）。",
  ],
  waits: ["{queued} {queued|waits|wait} for a worker.", "{queued} 个任务等待工作节点。"],
  nothingWaits: ["Nothing waits for a worker.", "没有任务等待工作节点。"],
  queues: ["Queues", "队列"],
  machines: ["Machines", "机器"],
  queue: ["Queue", "队列"],
  running: ["Running", "运行中"],
  queued: ["Waiting", "等待中"],
  scheduled: ["Soon to come", "即将入队"],
  since: ["Longest wait since", "最长等待开始于"],
  machine: ["Machine", "机器"],
  for: ["For queues", "队列"],
  oldest: ["Busy since", "忙碌开始于"],
  noQueue: ["Nothing waits or runs", "没有等待或运行中的任务"],
  noQueueText: [
    "A queue appears while task instances stand in it. A task names its own with queue=; a worker takes those that it is started for.",
    "队列中有任务实例时会显示。任务用 queue= 指定队列，工作节点只处理其启动时指定的队列。",
  ],
  workers: ["Workers", "工作节点"],
  worker: ["Worker", "工作节点"],
  serves: ["Queues", "队列"],
  has: ["Has", "持有"],
  places: ["At once", "并发数"],
  heard: ["Last heard", "最近心跳"],
  noWorker: ["No worker is there", "没有工作节点"],
  noWorkerText: [
    "Tasks wait in their queue until a worker that serves it is started. Workers need the broker and nothing else.",
    "任务在队列中等待，直到启动处理该队列的工作节点。工作节点只需要消息代理。",
  ],
  noMachine: ["No machine has a task", "没有机器在执行任务"],
  noMachineText: ["Machines appear while they run something.", "机器在执行任务时会显示。"],
});

interface Worker {
  name: string;
  hostname: string;
  heard_at: string | null;
  queues: string[];
  active: number;
  places: number;
  pid: number;
}

interface Workers {
  is_remote: boolean;
  workers: Worker[];
  problem: string | null;
}

interface QueueLoad {
  queue: string;
  scheduled: number;
  queued: number;
  running: number;
  waiting_since: string | null;
}

interface MachineLoad {
  hostname: string;
  running: number;
  queues: string[];
  busy_since: string | null;
}

interface Loads {
  executor: string;
  places: number;
  queues: QueueLoad[];
  machines: MachineLoad[];
}

/** Instances of a queue in a state, as their list has them. */
function Count({ n, search }: { n: number; search: Record<string, string> }) {
  if (!n) return <span className="faint">0</span>;
  return (
    <Link to="/task_instances" search={search as never}>
      {n.toLocaleString()}
    </Link>
  );
}

export function Queues() {
  const t = useStrings(S);
  // The key begins as those of lists of instances do: what changes them asks anew for these.
  const loads = useQuery({
    queryKey: ["instances", "queues"],
    queryFn: () => ui<Loads>("/ui/queues"),
  });
  return (
    <div className="page">
      <PageHead title={t("title")} sentence={loads.data && <Sentence of={loads.data} />} />
      <Await of={loads}>
        {(found) => (
          <div style={{ display: "grid", gap: 16 }}>
            <WorkerPart />
            <div>
              <h2 className="list-title">{t("queues")}</h2>
              <QueueTable rows={found.queues} />
            </div>
            <div>
              <h2 className="list-title">{t("machines")}</h2>
              <MachineTable rows={found.machines} />
            </div>
          </div>
        )}
      </Await>
    </div>
  );
}

function Sentence({ of }: { of: Loads }) {
  const t = useStrings(S);
  const running = of.queues.reduce((sum, each) => sum + each.running, 0);
  const queued = of.queues.reduce((sum, each) => sum + each.queued, 0);
  return (
    <>
      {t("busy", { running, places: of.places, executor: of.executor })}{" "}
      {queued ? t("waits", { queued }) : t("nothingWaits")}
    </>
  );
}

const LIVE_MS = 15_000;

/** Who takes tasks from the broker; nothing where tasks run on this machine only. */
function WorkerPart() {
  const t = useStrings(S);
  const workers = useQuery({
    queryKey: ["workers"],
    queryFn: () => ui<Workers>("/ui/workers"),
    // No event tells that a worker has come or gone.
    refetchInterval: (query) => (query.state.data?.is_remote ? LIVE_MS : false),
    retry: false,
  });
  const columns: Column<Worker>[] = [
    { key: "name", head: t("worker"), cell: (row) => <code>{row.name}</code> },
    { key: "serves", head: t("serves"), cell: (row) => row.queues.join(", ") },
    { key: "has", head: t("has"), numeric: true, cell: (row) => row.active },
    { key: "places", head: t("places"), numeric: true, cell: (row) => row.places },
    { key: "host", head: t("machine"), wide: true, cell: (row) => <code>{row.hostname}</code> },
    { key: "pid", head: "pid", numeric: true, wide: true, cell: (row) => row.pid || "" },
    { key: "heard", head: t("heard"), cell: (row) => <Time at={row.heard_at} /> },
  ];
  const found = workers.data;
  if (found && !found.is_remote) return null;
  return (
    <div>
      <h2 className="list-title">{t("workers")}</h2>
      <Await of={workers} lines={2}>
        {({ problem, workers: rows }) =>
          problem ? (
            <ProblemView error={new Problem(0, problem)} retry={() => workers.refetch()} />
          ) : (
            <DataTable
              label={t("workers")}
              rows={rows}
              columns={columns}
              id={(row) => row.name}
              height={420}
              empty={
                <Empty title={t("noWorker")} command="airflow celery worker --queues default">
                  {t("noWorkerText")}
                </Empty>
              }
            />
          )
        }
      </Await>
    </div>
  );
}

function QueueTable({ rows }: { rows: QueueLoad[] }) {
  const t = useStrings(S);
  const columns: Column<QueueLoad>[] = [
    { key: "queue", head: t("queue"), cell: (row) => <code>{row.queue}</code> },
    {
      key: "running",
      head: t("running"),
      numeric: true,
      cell: (row) => <Count n={row.running} search={{ queue: row.queue, state: "running" }} />,
    },
    {
      key: "queued",
      head: t("queued"),
      numeric: true,
      cell: (row) => <Count n={row.queued} search={{ queue: row.queue, state: "queued" }} />,
    },
    {
      key: "scheduled",
      head: t("scheduled"),
      numeric: true,
      wide: true,
      cell: (row) => <Count n={row.scheduled} search={{ queue: row.queue, state: "scheduled" }} />,
    },
    { key: "since", head: t("since"), cell: (row) => <Time at={row.waiting_since} /> },
  ];
  return (
    <DataTable
      label={t("queues")}
      rows={rows}
      columns={columns}
      id={(row) => row.queue}
      height={420}
      empty={
        <Empty title={t("noQueue")} command="airflow celery worker --queues default,gpu">
          {t("noQueueText")}
        </Empty>
      }
    />
  );
}

function MachineTable({ rows }: { rows: MachineLoad[] }) {
  const t = useStrings(S);
  const columns: Column<MachineLoad>[] = [
    { key: "machine", head: t("machine"), cell: (row) => <code>{row.hostname}</code> },
    { key: "running", head: t("running"), numeric: true, cell: (row) => row.running },
    { key: "for", head: t("for"), cell: (row) => row.queues.join(", ") },
    { key: "oldest", head: t("oldest"), wide: true, cell: (row) => <Time at={row.busy_since} /> },
  ];
  return (
    <DataTable
      label={t("machines")}
      rows={rows}
      columns={columns}
      id={(row) => row.hostname}
      height={420}
      empty={<Empty title={t("noMachine")}>{t("noMachineText")}</Empty>}
    />
  );
}
