/** What can be done to a run: clear, mark, note, delete; each shows before what it touches. */
import { Button, Checkbox, Group, Menu } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, RotateCcw } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { clearTasks, deleteRun, type Instance, markRun, type Run } from "@/api/actions";
import { strings, useStrings } from "@/app/i18n";
import { Confirm } from "./Confirm";
import { StateChip, StateIcon } from "./StateChip";
import { useAction } from "./useAction";

const S = strings({
  clear: ["Clear", "清除"],
  rerun: ["Run again", "重新运行"],
  rerunTitle: ["Let the run's tasks run again", "重新运行此运行的任务"],
  onlyFailed: ["only those that failed", "仅失败的任务"],
  clearN: ["{n} task {n|instance|instances} will run again:", "{n} 个任务实例将重新运行："],
  clearButton: ["Clear {n}", "清除 {n} 个"],
  cleared: ["{n} task {n|instance was|instances were} cleared", "已清除 {n} 个任务实例"],
  more: ["More actions", "更多操作"],
  success: ["Mark as success", "标记为成功"],
  failed: ["Mark as failed", "标记为失败"],
  marked: ["Run {run} is {state} now", "运行 {run} 现在为 {state}"],
  markTitle: ["Mark the run", "标记运行"],
  markOne: [
    "This run will be marked as {state}; what still runs in it is stopped:",
    "此运行将被标记为 {state}；仍在运行的任务会被停止：",
  ],
  mark: ["Mark", "标记"],
  replay: ["Replay with another configuration", "以其他配置重放"],
  remove: ["Delete", "删除"],
  removeTitle: ["Delete the run", "删除运行"],
  removeOne: [
    "This run will be deleted with its task instances and XComs; log files stay:",
    "此运行及其任务实例和 XCom 将被删除；日志文件保留：",
  ],
  removed: ["Run {run} was deleted", "已删除运行 {run}"],
});

const TriggerDialog = lazy(async () => ({
  default: (await import("@/forms/TriggerDialog")).TriggerDialog,
}));

type Dialog = "clear" | "success" | "failed" | "delete" | "replay" | null;

export function RunActions({
  dagId,
  run,
}: {
  dagId: string;
  run: Pick<Run, "dag_run_id" | "state" | "conf" | "logical_date">;
}) {
  const t = useStrings(S);
  const navigate = useNavigate();
  const runId = run.dag_run_id;
  const [dialog, open] = useState<Dialog>(null);
  const [onlyFailed, setOnlyFailed] = useState(run.state === "failed");
  const close = () => open(null);
  const touches = () => [["dag", dagId], ["run", dagId, runId], ["dags"], ["home"]];
  const clear = useAction({
    act: () => clearTasks(dagId, runId, undefined, { onlyFailed }, false),
    done: (rows) => t("cleared", { n: rows.length }),
    touches,
    after: close,
  });
  const mark = useAction({
    act: (state: "success" | "failed") => markRun(dagId, runId, state),
    done: (after) => t("marked", { run: runId, state: after.state }),
    touches,
    after: close,
  });
  const remove = useAction({
    act: () => deleteRun(dagId, runId),
    done: () => t("removed", { run: runId }),
    touches,
    after: () => {
      close();
      navigate({ to: "/dags/$dagId", params: { dagId } });
    },
  });
  const marking = dialog === "success" || dialog === "failed" ? dialog : null;
  return (
    <Group gap="xs">
      <Button variant="default" leftSection={<RotateCcw size={14} />} onClick={() => open("clear")}>
        {t("clear")}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" px={8} aria-label={t("more")}>
            <Ellipsis size={14} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<StateIcon state="success" />} onClick={() => open("success")}>
            {t("success")}
          </Menu.Item>
          <Menu.Item leftSection={<StateIcon state="failed" />} onClick={() => open("failed")}>
            {t("failed")}
          </Menu.Item>
          <Menu.Item onClick={() => open("replay")}>{t("replay")}</Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" onClick={() => open("delete")}>
            {t("remove")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Confirm<Instance>
        opened={dialog === "clear"}
        onClose={close}
        title={t("rerunTitle")}
        previewKey={["clear-run", dagId, runId, onlyFailed]}
        preview={() => clearTasks(dagId, runId, undefined, { onlyFailed }, true)}
        options={
          <Checkbox
            label={t("onlyFailed")}
            checked={onlyFailed}
            onChange={(event) => setOnlyFailed(event.currentTarget.checked)}
          />
        }
        heading={(rows) => t("clearN", { n: rows.length })}
        row={(row) => <InstanceRow row={row} />}
        button={(rows) => t("clearButton", { n: rows.length })}
        pending={clear.isPending}
        onConfirm={() => clear.mutate(undefined)}
      />
      <Confirm<string>
        opened={marking !== null}
        onClose={close}
        title={t("markTitle")}
        previewKey={["mark-run", dagId, runId]}
        preview={async () => [runId]}
        heading={() => t("markOne", { state: marking ?? "" })}
        row={(row) => row}
        button={() => t("mark")}
        danger={marking === "failed"}
        pending={mark.isPending}
        onConfirm={() => marking && mark.mutate(marking)}
      />
      <Confirm<string>
        opened={dialog === "delete"}
        onClose={close}
        title={t("removeTitle")}
        previewKey={["delete-run", dagId, runId]}
        preview={async () => [runId]}
        heading={() => t("removeOne")}
        row={(row) => row}
        button={() => t("remove")}
        danger
        pending={remove.isPending}
        onConfirm={() => remove.mutate(undefined)}
      />
      {dialog === "replay" && (
        <Suspense>
          <TriggerDialog
            dagId={dagId}
            opened
            onClose={close}
            replay={{ run_id: runId, conf: run.conf, logical_date: run.logical_date }}
          />
        </Suspense>
      )}
    </Group>
  );
}

export function InstanceRow({ row }: { row: Instance }) {
  return (
    <>
      <StateChip state={row.state} />
      <span className="grow clip">
        {row.task_id}
        {row.map_index >= 0 && ` [${row.map_index}]`}
      </span>
      <span className="soft clip">{row.dag_run_id}</span>
    </>
  );
}
